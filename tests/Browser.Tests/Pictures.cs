namespace ServerlessRosa.Browser.Tests;

/// <summary>Pictures that a browser can show.</summary>
internal static class Pictures
{
    /// <summary>Something like bark.</summary>
    public static byte[] Png { get; } =
        Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAACgAAAAeCAIAAADRv8uKAAAARElEQVR42mOISjGCI5sKBKK1OMOoxaMW08xiGyAfhqIqEIjW4qMWj1pMO4tHC5"
                + "BRi0fL6tECZNTi0bJ6tAAZtZjuFgMAcBtNza2ZEQ4AAAAASUVORK5CYII="
        );
}

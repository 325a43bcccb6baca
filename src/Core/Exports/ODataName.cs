using System.Text;

namespace ServerlessRosa.Core.Exports;

/// <summary>Valid OData names (OR-276 to OR-279): letters, digits and `_`, not starting with a digit.</summary>
public static class ODataName
{
    public static string Of(string name)
    {
        var sanitised = new StringBuilder(name.Length + 1);
        if (name.Length > 0 && !char.IsAsciiLetter(name[0]) && name[0] != '_')
        {
            sanitised.Append('_');
        }
        var replaces = false;
        foreach (var character in name)
        {
            var fits = char.IsAsciiLetterOrDigit(character) || character == '_';
            if (fits || !replaces)
            {
                sanitised.Append(fits ? character : '_');
            }
            replaces = !fits;
        }
        return sanitised.ToString();
    }
}

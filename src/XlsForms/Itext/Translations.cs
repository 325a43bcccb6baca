namespace ServerlessRosa.XlsForms;

/// <summary>The languages of a form, and the warnings about them (XF-208, XF-209).</summary>
internal static class Translations
{
    public static bool AreUsed(FormContext context) => false;
}

using System.Xml;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Forms;

/// <summary>A form without an `id` is identified by the namespace of its instance, in the definition and in submissions (OR-148).</summary>
public static class FormIdentity
{
    /// <summary>The namespace of an instance without a default namespace of its own, which identifies no form.</summary>
    internal const string XFormsNamespace = "http://www.w3.org/2002/xforms";

    /// <summary>The default namespace that the root element itself declares, unless blank or that of XForms; else null. The reader is
    /// on that element.</summary>
    public static string? FromNamespace(XmlReader xml) =>
        xml.OwnDefaultNamespace() is { } uri && !string.IsNullOrWhiteSpace(uri) && uri != XFormsNamespace ? uri : null;
}

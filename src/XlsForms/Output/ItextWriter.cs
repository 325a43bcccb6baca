namespace ServerlessRosa.XlsForms;

/// <summary>Writes the `itext` block.</summary>
internal sealed class ItextWriter(XFormXmlWriter xml, LabelText labels, string defaultLanguage)
{
    public void Write(Itext itext)
    {
        if (itext.IsEmpty)
            return;
        xml.Start("itext");
        foreach (var (language, texts) in itext.Languages)
        {
            xml.Start("translation").Attribute("lang", language);
            if (language == defaultLanguage)
                xml.Attribute("default", "true()");
            foreach (var (id, values) in texts)
            {
                xml.Start("text").Attribute("id", id);
                foreach (var value in values)
                {
                    Write(value);
                }
                xml.End();
            }
            xml.End();
        }
        xml.End();
    }

    private void Write(ItextValue value)
    {
        var isMedia = value.Form is not (null or Itext.Guidance);
        if (isMedia && value.Text == Itext.Missing)
            return;
        xml.Start("value");
        if (value.Form is not null)
            xml.Attribute("form", value.Form);
        var folder = value.Form switch
        {
            null or Itext.Guidance => "",
            "image" or "big-image" => "jr://images/",
            _ => $"jr://{value.Form}/",
        };
        var position = value.Element is null ? (Position?)null : Position.Of(value.Element);
        xml.Mixed(labels.Parse(folder + value.Text, position)).End();
    }
}

using System.Text;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Exports;

/// <summary>Takes a submission's XML apart into the rows of an export. Elements are matched by local name, and what the form doesn't
/// ask is passed over.</summary>
internal static class SubmissionRows
{
    /// <summary>
    /// In one pass, a row as soon as its element ends: instances of a repeat in document order, nested ones before the outer one, and the
    /// submission's own row last. Only the rows that are open are in memory. An encrypted submission has its own row alone, without
    /// values (OR-235 to OR-237).
    /// </summary>
    public static IEnumerable<ExportRow> Read(ExportSchema schema, ReadOnlyMemory<byte> document) =>
        Read(schema, document, rootOnly: false);

    /// <summary>The submission's own row.</summary>
    public static ExportRow ReadRoot(ExportSchema schema, ReadOnlyMemory<byte> document) => Read(schema, document, rootOnly: true).Single();

    private static IEnumerable<ExportRow> Read(ExportSchema schema, ReadOnlyMemory<byte> document, bool rootOnly)
    {
        var xml = AcceptedXml.Open(document);
        var root = new ExportRow(schema.Root, null, 0);
        if (xml.FirstAttributeIs("encrypted"u8, "yes"))
        {
            root.Encrypt();
        }
        var open = new Stack<Place>();
        var at = new Place(schema.Root.Node, root);
        string? text = null;
        while (!root.IsEncrypted && xml.Read())
        {
            switch (xml.Token)
            {
                case XmlToken.Text when at.Node is { IsQuestion: true }:
                    text += xml.GetText();
                    break;
                case XmlToken.Text:
                    break;
                case XmlToken.End when at.Node is { IsRepeat: true }:
                    yield return at.Row;
                    at = open.Pop();
                    break;
                case XmlToken.End:
                    if (at.Node is { IsQuestion: true } ended)
                    {
                        at.Row[ended.Column] = Joined(ended, at.Row[ended.Column], text ?? "");
                        text = null;
                    }
                    if (open.Count > 0)
                    {
                        at = open.Pop();
                    }
                    break;
                default:
                    var child = Enter(ref at, xml, rootOnly);
                    if (child.Node is null && open.Count == 0 && xml.LocalName.SequenceEqual("base64EncryptedKey"u8))
                    {
                        root.Encrypt();
                    }
                    if (xml.Token == XmlToken.Start)
                    {
                        open.Push(at);
                        at = child;
                    }
                    else if (child.Node is { IsRepeat: true })
                    {
                        yield return child.Row;
                    }
                    break;
            }
        }
        yield return root;
    }

    /// <summary>An open element.</summary>
    /// <param name="Node">Null for one that the form doesn't ask.</param>
    private record struct Place(ExportNode? Node, ExportRow Row)
    {
        private int _next;

        /// <summary>A child of the node. Children mostly come in the order of the form.</summary>
        public ExportNode? Find(ReadOnlySpan<byte> name)
        {
            if (Node is null)
            {
                return null;
            }
            var found =
                _next < Node.Children.Count && Node.Children[_next] is var next && next.HasName(name)
                    ? next
                    : Node.Find(Encoding.UTF8.GetString(name));
            _next = found?.Index + 1 ?? _next;
            return found;
        }
    }

    private static Place Enter(ref Place at, AcceptedXml xml, bool rootOnly)
    {
        var node = at.Find(xml.LocalName);
        if (node is not { IsRepeat: true })
        {
            return new Place(node, at.Row);
        }
        return rootOnly ? new Place(null, at.Row) : new Place(node, at.Row.NextInstance(node.Table));
    }

    // A question outside a repeat may have two answers. Texts are joined as in ODK Central, choices with a space. Of typed values the last
    // counts, since two joined numbers would be a third one.
    private static string? Joined(ExportNode question, string? before, string answer) =>
        answer.Length == 0 ? before
        : before is null || question.Field!.Type is not (FieldType.Text or FieldType.Unknown) ? answer
        : question.Field.SelectMultiple is true ? $"{before} {answer}"
        : before + answer;
}

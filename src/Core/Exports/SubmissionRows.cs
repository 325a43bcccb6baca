using System.Text;
using System.Xml;
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
    public static IEnumerable<ExportRow> Read(ExportSchema schema, ReadOnlyMemory<byte> document)
    {
        using var xml = SafeXml.Open(document);
        var root = new ExportRow(schema.Root, null, 0);
        var open = new Stack<(ExportNode? Node, ExportRow Row)>();
        var text = new StringBuilder();
        var depth = xml.Depth;
        if (xml.FirstAttribute("encrypted") == "yes")
        {
            root.Encrypt();
        }
        open.Push((schema.Root.Node, root));
        while (!root.IsEncrypted && xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element when xml.Depth > depth:
                    var (parent, row) = open.Peek();
                    var node = parent?.Find(xml.LocalName);
                    if (node is null && open.Count == 1 && xml.LocalName == "base64EncryptedKey")
                    {
                        root.Encrypt();
                    }
                    else if (node is { IsRepeat: true })
                    {
                        row = row.NextInstance(node.Table);
                    }
                    if (!xml.IsEmptyElement)
                    {
                        open.Push((node, row));
                    }
                    else if (node is { IsRepeat: true })
                    {
                        yield return row;
                    }
                    break;
                case XmlNodeType.EndElement when open.Count > 1:
                    var (ended, within) = open.Pop();
                    if (ended is { IsRepeat: true })
                    {
                        yield return within;
                    }
                    else if (ended is { IsQuestion: true })
                    {
                        within[ended.Column] = Joined(ended, within[ended.Column], text.ToString());
                        text.Clear();
                    }
                    break;
                default:
                    if (xml.IsText() && open.Peek().Node is { IsQuestion: true })
                    {
                        text.Append(xml.Value);
                    }
                    break;
            }
        }
        yield return root;
    }

    // A question outside a repeat may have two answers. Texts are joined as in ODK Central, choices with a space. Of typed values the last
    // counts, since two joined numbers would be a third one.
    private static string? Joined(ExportNode question, string? before, string answer) =>
        answer.Length == 0 ? before
        : before is null || question.Field!.Type is not (FieldType.Text or FieldType.Unknown) ? answer
        : question.Field.SelectMultiple is true ? $"{before} {answer}"
        : before + answer;
}

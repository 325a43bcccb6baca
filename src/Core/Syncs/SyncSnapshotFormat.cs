using System.IO.Compression;
using System.Text;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Syncs;

/// <summary>
/// The binary format of a snapshot: compact and deflated. Each text is written once, and so is a case that is the same on phone and server.
/// </summary>
internal static class SyncSnapshotFormat
{
    private const byte Version = 1;
    private const int Buffer = 64 * 1024;

    public static byte[] Write(SyncSnapshot snapshot)
    {
        using var bytes = new MemoryStream();
        using (var output = new BinaryWriter(new BufferedStream(new DeflateStream(bytes, CompressionLevel.Fastest), Buffer), Encoding.UTF8))
        {
            output.Write(Version);
            var texts = new Texts();
            var phone = snapshot.Phone.ToDictionary(one => one.Id);
            var same = new HashSet<CaseId>();
            output.Write7BitEncodedInt(snapshot.Server.Count);
            foreach (var one in snapshot.Server)
            {
                var isSame = phone.TryGetValue(one.Id, out var onPhone) && Same(one, onPhone);
                if (isSame)
                {
                    same.Add(one.Id);
                }
                Write(output, texts, one, isSame);
            }
            output.Write7BitEncodedInt(snapshot.Phone.Count - same.Count);
            foreach (var one in snapshot.Phone.Where(one => !same.Contains(one.Id)))
            {
                Write(output, texts, one, false);
            }
        }
        return bytes.ToArray();
    }

    public static SyncSnapshot Read(Stream content)
    {
        using var input = new BinaryReader(
            new BufferedStream(new DeflateStream(content, CompressionMode.Decompress), Buffer),
            Encoding.UTF8
        );
        if (input.ReadByte() != Version)
        {
            throw new InvalidOperationException("The snapshot of a sync has a format of another version.");
        }
        var texts = new List<string>();
        var server = new List<CaseState>();
        var phone = new List<CaseState>();
        for (var left = input.Read7BitEncodedInt(); left > 0; left--)
        {
            var (one, isSame) = Read(input, texts);
            server.Add(one);
            if (isSame)
            {
                phone.Add(one);
            }
        }
        for (var left = input.Read7BitEncodedInt(); left > 0; left--)
        {
            phone.Add(Read(input, texts).State);
        }
        return new SyncSnapshot(server, phone);
    }

    // Phones do not know the number of extensions.
    private static bool Same(CaseState server, CaseState onPhone) =>
        server.Owner == onPhone.Owner
        && server.Closed == onPhone.Closed
        && server.Version == onPhone.Version
        && server.Links.SequenceEqual(onPhone.Links);

    private static void Write(BinaryWriter output, Texts texts, CaseState one, bool isSame)
    {
        texts.Write(output, one.Id.Value);
        output.Write((byte)((one.Closed ? 1 : 0) | (isSame ? 2 : 0)));
        texts.Write(output, one.Owner.Value);
        output.Write7BitEncodedInt(one.Version);
        output.Write7BitEncodedInt(one.Extensions);
        output.Write7BitEncodedInt(one.Links.Count);
        foreach (var link in one.Links)
        {
            texts.Write(output, link.Identifier);
            texts.Write(output, link.Target.Value);
            output.Write((byte)link.Relationship);
        }
    }

    private static (CaseState State, bool IsSame) Read(BinaryReader input, List<string> texts)
    {
        var id = CaseId.FromStored(ReadText(input, texts));
        var flags = input.ReadByte();
        var owner = new OwnerId(ReadText(input, texts));
        var version = input.Read7BitEncodedInt();
        var extensions = input.Read7BitEncodedInt();
        var count = input.Read7BitEncodedInt();
        var links = count == 0 ? [] : new CaseLink[count];
        for (var i = 0; i < count; i++)
        {
            links[i] = new CaseLink(ReadText(input, texts), CaseId.FromStored(ReadText(input, texts)), (CaseRelationship)input.ReadByte());
        }
        return (new CaseState(id, owner, (flags & 1) != 0, links, version, extensions), (flags & 2) != 0);
    }

    private static string ReadText(BinaryReader input, List<string> texts)
    {
        var number = input.Read7BitEncodedInt();
        if (number > 0)
        {
            return texts[number - 1];
        }
        var text = input.ReadString();
        texts.Add(text);
        return text;
    }

    /// <summary>Owners, identifiers and targets recur: after the first occurrence they are written as a number.</summary>
    private sealed class Texts
    {
        private readonly Dictionary<string, int> _numbers = [];

        public void Write(BinaryWriter output, string text)
        {
            if (_numbers.TryGetValue(text, out var number))
            {
                output.Write7BitEncodedInt(number);
                return;
            }
            _numbers.Add(text, _numbers.Count + 1);
            output.Write7BitEncodedInt(0);
            output.Write(text);
        }
    }
}

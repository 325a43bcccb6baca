using System.Text;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Restore;

/// <summary>Cases in a temporary file until it is decided whether they are sent. Memory holds only their positions.</summary>
internal sealed class CaseSpool(ProjectId project) : IAsyncDisposable
{
    private FileStream? _file;
    private BinaryWriter? _writer;
    private BinaryReader? _reader;
    private long _end;
    private bool _isUnflushed;

    /// <summary>Returns the position of the case in the file.</summary>
    public long Add(Case value)
    {
        if (_file is null)
        {
            _file = TempFile.Create(asynchronous: false);
            _writer = new BinaryWriter(_file, Encoding.UTF8);
            _reader = new BinaryReader(_file, Encoding.UTF8);
        }
        var start = _end;
        _isUnflushed = true;
        if (_file.Position != start)
        {
            _file.Position = start;
        }
        Write(_writer!, value);
        _end = _file.Position;
        return start;
    }

    public Case Get(long start)
    {
        // Flushing gives up what was read ahead, and cases are mostly read one after the other.
        if (_isUnflushed)
        {
            _writer!.Flush();
            _isUnflushed = false;
        }
        if (_file!.Position != start)
        {
            _file.Position = start;
        }
        return Read(_reader!);
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
    }

    private static void Write(BinaryWriter output, Case value)
    {
        output.Write(value.Id.Value);
        output.Write7BitEncodedInt(value.Version);
        output.Write7BitEncodedInt(value.Revision);
        output.Write7BitEncodedInt(value.Extensions);
        output.Write(value.Type);
        output.Write(value.Name);
        output.Write(value.ExternalId);
        output.Write(value.Owner.Value);
        output.Write(value.OpenedOn?.UtcTicks ?? 0);
        output.Write(value.ModifiedOn.UtcTicks);
        output.Write(value.ModifiedBy);
        output.Write(value.Closed);
        output.Write(value.Deleted);
        output.Write7BitEncodedInt(value.Properties.Count);
        foreach (var (name, text) in value.Properties)
        {
            output.Write(name);
            output.Write(text);
        }
        output.Write7BitEncodedInt(value.Forgotten.Count);
        foreach (var name in value.Forgotten)
        {
            output.Write(name);
        }
        output.Write7BitEncodedInt(value.Indices.Count);
        foreach (var index in value.Indices)
        {
            output.Write(index.Identifier);
            output.Write(index.Target?.Value ?? "");
            output.Write(index.CaseType);
            output.Write((byte)index.Relationship);
        }
        output.Write7BitEncodedInt(value.Ledger.Count);
        foreach (var balance in value.Ledger)
        {
            output.Write(balance.Section);
            output.Write(balance.Entry);
            output.Write(balance.Quantity);
        }
    }

    private Case Read(BinaryReader input) =>
        new(CaseId.FromStored(input.ReadString()), project)
        {
            Version = input.Read7BitEncodedInt(),
            Revision = input.Read7BitEncodedInt(),
            Extensions = input.Read7BitEncodedInt(),
            Type = input.ReadString(),
            Name = input.ReadString(),
            ExternalId = input.ReadString(),
            Owner = new OwnerId(input.ReadString()),
            OpenedOn = input.ReadInt64() is > 0 and var opened ? new DateTimeOffset(opened, TimeSpan.Zero) : null,
            ModifiedOn = new DateTimeOffset(input.ReadInt64(), TimeSpan.Zero),
            ModifiedBy = input.ReadString(),
            Closed = input.ReadBoolean(),
            Deleted = input.ReadBoolean(),
            Properties = ReadProperties(input),
            Forgotten = ReadNames(input),
            Indices = ReadIndices(input),
            Ledger = ReadLedger(input),
        };

    private static Dictionary<string, string> ReadProperties(BinaryReader input)
    {
        var count = input.Read7BitEncodedInt();
        var properties = new Dictionary<string, string>(count);
        for (; count > 0; count--)
        {
            properties.Add(input.ReadString(), input.ReadString());
        }
        return properties;
    }

    private static string[] ReadNames(BinaryReader input)
    {
        var names = new string[input.Read7BitEncodedInt()];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = input.ReadString();
        }
        return names;
    }

    private static LedgerBalance[] ReadLedger(BinaryReader input)
    {
        var balances = new LedgerBalance[input.Read7BitEncodedInt()];
        for (var i = 0; i < balances.Length; i++)
        {
            balances[i] = new LedgerBalance(input.ReadString(), input.ReadString(), input.ReadInt32());
        }
        return balances;
    }

    private static CaseIndex[] ReadIndices(BinaryReader input)
    {
        var indices = new CaseIndex[input.Read7BitEncodedInt()];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = new CaseIndex(
                input.ReadString(),
                CaseId.TryParse(input.ReadString(), out var target) ? target : null,
                input.ReadString(),
                (CaseRelationship)input.ReadByte()
            );
        }
        return indices;
    }
}

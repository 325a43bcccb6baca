using System.Buffers.Binary;
using System.Text;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>Writes OLE compound files, which .xls files and encrypted .xlsx files are, with a few streams of 4 KiB or more.</summary>
internal static class CompoundFileBuilder
{
    private const int Sector = 512;
    private const int SmallestStream = 4096;
    private const uint EndOfChain = 0xFFFFFFFE;
    private const uint AllocationTable = 0xFFFFFFFD;
    private const uint Nothing = 0xFFFFFFFF;

    /// <summary>The streams are padded with zeros beyond the size of small streams.</summary>
    public static byte[] Build(params (string Name, byte[] Content)[] streams)
    {
        var padded = streams.Select(stream => Padded(stream.Content)).ToList();
        var directorySectors = (streams.Length + 1 + 3) / 4;
        var sectors = directorySectors + padded.Sum(content => content.Length / Sector);
        var tableSectors = 1;
        while (tableSectors * (Sector / 4) < sectors + tableSectors)
        {
            tableSectors++;
        }
        var table = Enumerable.Repeat(AllocationTable, tableSectors).ToList();
        AppendChain(table, directorySectors);
        var directory = new MemoryStream();
        WriteEntry(directory, "Root Entry", kind: 5, child: 1, sibling: Nothing, start: EndOfChain, size: 0);
        for (var i = 0; i < streams.Length; i++)
        {
            var sibling = i + 1 < streams.Length ? (uint)i + 2 : Nothing;
            WriteEntry(directory, streams[i].Name, kind: 2, Nothing, sibling, (uint)table.Count, padded[i].Length);
            AppendChain(table, padded[i].Length / Sector);
        }
        directory.SetLength(directorySectors * Sector);
        var file = new MemoryStream();
        file.Write(Header(tableSectors));
        table.AddRange(Enumerable.Repeat(Nothing, tableSectors * (Sector / 4) - table.Count));
        table.ForEach(entry => WriteUInt32(file, entry));
        file.Write(directory.ToArray());
        padded.ForEach(content => file.Write(content));
        return file.ToArray();
    }

    private static byte[] Header(int tableSectors)
    {
        var header = new byte[Sector];
        BinaryPrimitives.WriteUInt64LittleEndian(header, 0xE11AB1A1E011CFD0);
        (int At, ushort Value)[] words = [(24, 0x3E), (26, 3), (28, 0xFFFE), (30, 9), (32, 6)];
        (int At, uint Value)[] numbers =
        [
            (44, (uint)tableSectors),
            (48, (uint)tableSectors),
            (56, SmallestStream),
            (60, EndOfChain),
            (68, EndOfChain),
        ];
        foreach (var (at, value) in words)
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(at), value);
        foreach (var (at, value) in numbers)
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), value);
        for (var i = 0; i < 109; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76 + 4 * i), i < tableSectors ? (uint)i : Nothing);
        return header;
    }

    private static void WriteEntry(MemoryStream directory, string name, byte kind, uint child, uint sibling, uint start, int size)
    {
        var entry = new byte[128];
        Encoding.Unicode.GetBytes(name).CopyTo(entry, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(64), (ushort)(2 * name.Length + 2));
        entry[66] = kind;
        entry[67] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(68), Nothing);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(72), sibling);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(76), child);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(116), start);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(120), size);
        directory.Write(entry);
    }

    private static void AppendChain(List<uint> table, int sectors)
    {
        for (var i = 1; i < sectors; i++)
            table.Add((uint)table.Count + 1);
        table.Add(EndOfChain);
    }

    private static byte[] Padded(byte[] content)
    {
        var length = Math.Max(SmallestStream, (content.Length + Sector - 1) / Sector * Sector);
        Array.Resize(ref content, length);
        return content;
    }

    private static void WriteUInt32(MemoryStream file, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        file.Write(bytes);
    }
}

using System.Text;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>Writes a small .xls file (BIFF8) of one sheet, with texts, numbers and error cells.</summary>
internal static class XlsBuilder
{
    /// <summary>An error cell: `#NULL!` is 0x00, `#DIV/0!` 0x07, `#N/A` 0x2A.</summary>
    public readonly record struct ErrorCell(byte Code);

    public static MemoryStream Build(string sheet, params object?[][] rows)
    {
        var cells = new MemoryStream();
        Record(cells, 0x0809, Start(kind: 0x0010));
        Record(cells, 0x0200, Bytes(writer => Write(writer, 0, rows.Length, (short)0, (short)rows.Max(row => row.Length), (short)0)));
        for (var row = 0; row < rows.Length; row++)
        {
            for (var column = 0; column < rows[row].Length; column++)
            {
                WriteCell(cells, row, column, rows[row][column]);
            }
        }
        Record(cells, 0x000A, []);
        var globals = new MemoryStream();
        Record(globals, 0x0809, Start(kind: 0x0005));
        Record(globals, 0x0042, Bytes(writer => writer.Write((short)1200)));
        var name = Bytes(writer =>
        {
            writer.Write((short)0);
            writer.Write((byte)sheet.Length);
            writer.Write((byte)0);
            writer.Write(Encoding.ASCII.GetBytes(sheet));
        });
        var length = (int)globals.Length + 4 + 4 + name.Length + 4;
        Record(globals, 0x0085, [.. BitConverter.GetBytes(length), .. name]);
        Record(globals, 0x000A, []);
        return new MemoryStream(CompoundFileBuilder.Build(("Workbook", [.. globals.ToArray(), .. cells.ToArray()])));
    }

    private static void WriteCell(MemoryStream cells, int row, int column, object? value)
    {
        var place = Bytes(writer => Write(writer, (short)row, (short)column, (short)0));
        switch (value)
        {
            case string text:
                Record(cells, 0x0204, [.. place, .. BitConverter.GetBytes((short)text.Length), 1, .. Encoding.Unicode.GetBytes(text)]);
                break;
            case double number:
                Record(cells, 0x0203, [.. place, .. BitConverter.GetBytes(number)]);
                break;
            case ErrorCell error:
                Record(cells, 0x0205, [.. place, error.Code, 1]);
                break;
        }
    }

    private static byte[] Start(short kind) => Bytes(writer => Write(writer, (short)0x0600, kind, (short)0x0DBB, (short)0x07CC, 0, 6));

    private static void Write(BinaryWriter writer, params object[] values)
    {
        foreach (var value in values)
        {
            if (value is short word)
                writer.Write(word);
            else
                writer.Write((int)value);
        }
    }

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        var content = new MemoryStream();
        write(new BinaryWriter(content));
        return content.ToArray();
    }

    private static void Record(MemoryStream file, ushort id, byte[] content)
    {
        file.Write(BitConverter.GetBytes(id));
        file.Write(BitConverter.GetBytes((ushort)content.Length));
        file.Write(content);
    }
}

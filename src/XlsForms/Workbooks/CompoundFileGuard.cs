using System.Buffers.Binary;

namespace ServerlessRosa.XlsForms;

/// <summary>
/// Refuses an .xls file (an OLE compound file) whose sector chains run in circles or outside the file, on which the reading library might
/// never end.
/// </summary>
internal static class CompoundFileGuard
{
    private const ulong Signature = 0xE11AB1A1E011CFD0;
    private const uint FreeSector = 0xFFFFFFFF;
    private const uint LargestSector = 0xFFFFFFFA;
    private const int HeaderSectors = 109;

    public static void Check(MemoryStream file)
    {
        var bytes = file.GetBuffer().AsSpan(0, (int)file.Length);
        // Without the signature this may still be an old .xls without a compound file around it.
        if (bytes.Length < 512 || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Signature)
            return;
        var shift = BinaryPrimitives.ReadUInt16LittleEndian(bytes[30..]);
        if (shift is not (9 or 12))
            throw Damaged();
        CheckAllChains(bytes, 1 << shift);
    }

    private static uint[] ReadTable(ReadOnlySpan<byte> bytes, int sectorSize)
    {
        var perSector = sectorSize / 4;
        var table = new List<uint>();
        var count = 0;
        for (var i = 0; i < HeaderSectors; i++)
        {
            AppendSector(bytes, sectorSize, UInt32At(bytes, 76 + 4 * i), table);
        }
        var next = UInt32At(bytes, 68);
        while (next < LargestSector)
        {
            if (++count > bytes.Length / sectorSize)
                throw Damaged();
            var start = Offset(bytes, sectorSize, next);
            for (var i = 0; i < perSector - 1; i++)
            {
                AppendSector(bytes, sectorSize, UInt32At(bytes, start + 4 * i), table);
            }
            next = UInt32At(bytes, start + sectorSize - 4);
        }
        return [.. table];
    }

    private static void AppendSector(ReadOnlySpan<byte> bytes, int sectorSize, uint sector, List<uint> table)
    {
        if (sector is FreeSector or >= LargestSector)
            return;
        // Upper bound: a table that describes each sector of the file once, plus a margin.
        if (table.Count > bytes.Length / 64 + 4 * sectorSize)
            throw Damaged();
        var start = Offset(bytes, sectorSize, sector);
        for (var i = 0; i < sectorSize / 4; i++)
        {
            table.Add(UInt32At(bytes, start + 4 * i));
        }
    }

    /// <summary>Walks each chain until it ends or meets one that was walked before; a chain that meets itself is a circle.</summary>
    private static void CheckChains(uint[] table)
    {
        var walk = new int[table.Length];
        for (var start = 0; start < table.Length; start++)
        {
            for (var at = (uint)start; at < table.Length && walk[at] != start + 1; at = table[at])
            {
                if (walk[at] != 0)
                    break;
                walk[at] = start + 1;
                if (table[at] < table.Length && walk[table[at]] == start + 1)
                    throw Damaged();
            }
        }
    }

    private static void CheckAllChains(ReadOnlySpan<byte> bytes, int sectorSize)
    {
        var table = ReadTable(bytes, sectorSize);
        CheckChains(table);
        var mini = new List<uint>();
        var sector = UInt32At(bytes, 60);
        while (sector < LargestSector)
        {
            AppendSector(bytes, sectorSize, sector, mini);
            if (sector >= table.Length)
                throw Damaged();
            sector = table[sector];
        }
        CheckChains([.. mini]);
    }

    private static int Offset(ReadOnlySpan<byte> bytes, int sectorSize, uint sector)
    {
        var start = (sector + 1L) * sectorSize;
        return start + sectorSize <= bytes.Length ? (int)start : throw Damaged();
    }

    private static uint UInt32At(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ConversionStopException Damaged() =>
        new("The .xls file is damaged. Open it in a spreadsheet program and save it again, best as .xlsx.");
}

namespace ServerlessRosa.XlsForms;

/// <summary>Finds sheets whose names look like misspelled ones (XF-027).</summary>
internal static class SheetSpelling
{
    private const int MaxDistance = 2;

    /// <summary>A sentence that names similar sheets; empty if there are none.</summary>
    public static string Hint(Workbook workbook, string wanted)
    {
        var similar = Similar(workbook, wanted);
        return similar.Count == 0 ? "" : $"These sheets have similar names: '{string.Join("', '", similar)}'. Rename the right one.";
    }

    public static void Warn(Workbook workbook, string wanted, Messages messages)
    {
        if (workbook.Find(wanted) is null && Hint(workbook, wanted) is { Length: > 0 } hint)
        {
            var text = $"There is no sheet '{wanted}'. {hint} A name with an underscore in front is not taken for a misspelled one.";
            messages.Warning(null, null, null, text);
        }
    }

    private static List<string> Similar(Workbook workbook, string wanted) =>
        [
            .. workbook.SheetNames.Where(name =>
                !name.StartsWith('_')
                && !SheetName.All.Contains(PythonText.Lower(name))
                && Math.Abs(name.Length - wanted.Length) <= MaxDistance
                && Distance(PythonText.Lower(name), wanted) <= MaxDistance
            ),
        ];

    /// <summary>The Levenshtein distance.</summary>
    public static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i + 1;
            for (var j = 0; j < b.Length; j++)
            {
                var replaced = previous[j] + (a[i] == b[j] ? 0 : 1);
                current[j + 1] = Math.Min(Math.Min(previous[j + 1], current[j]) + 1, replaced);
            }
            previous = current;
        }
        return previous[b.Length];
    }
}

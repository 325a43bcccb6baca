namespace ServerlessRosa.XlsForms.Tests;

/// <summary>The workbooks on which conversions are measured.</summary>
internal static class MeasuredForms
{
    /// <summary>Selects, numbers, texts, calculations and dates, which refer to each other, and one list of choices.</summary>
    public static MemoryStream Form(int questions, int choices)
    {
        var survey = new List<object?[]> { new object?[] { "type", "name", "label", "relevant", "choice_filter", "calculation" } };
        for (var i = 0; i < questions; i++)
        {
            survey.Add(
                (i % 5) switch
                {
                    0 => ["select_one l", $"q{i}", $"Question {i}", null, i == 0 ? null : $"group = ${{q{i - 4}}}", null],
                    1 => ["integer", $"q{i}", $"Question {i} about ${{q{i - 1}}}", $"${{q{i - 1}}} != ''", null, null],
                    2 => ["text", $"q{i}", $"Question {i}", null, null, null],
                    3 => ["calculate", $"q{i}", null, null, null, $"${{q{i - 2}}} + 1"],
                    _ => ["date", $"q{i}", $"Question {i}", $"${{q{i - 3}}} > 3", null, null],
                }
            );
        }
        var list = new List<object?[]> { new object?[] { "list_name", "name", "label", "group" } };
        list.AddRange(Enumerable.Range(0, choices).Select(i => new object?[] { "l", $"c{i}", $"Choice number {i}", (double)(i % 100) }));
        return new WorkbookBuilder().Sheet("survey", [.. survey]).Sheet("choices", [.. list]).Build();
    }
}

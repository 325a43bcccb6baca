using System.Text.Json;
using ServerlessRosa.XlsForms.Cli;
using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("xls2xform");

    [Fact]
    public void Writes_the_form_beside_the_workbook()
    {
        var (exit, _, error) = Run(Write("form.xlsx", "type|name|label", "text|a|A"));

        Assert.Equal(0, exit);
        Assert.Equal($"Conversion complete!{Environment.NewLine}", error);
        Assert.Contains("<data id=\"form\">", File.ReadAllText(Path.Combine(_folder.FullName, "form.xml")));
    }

    [Fact]
    public void Pretty_print_writes_with_indentation()
    {
        var target = Path.Combine(_folder.FullName, "out.xml");

        Run(Write("form.xlsx", "type|name|label", "text|a|A"), target, "--pretty_print");

        Assert.Contains("\n    <model ", File.ReadAllText(target));
    }

    [Fact]
    public void Fails_with_1_and_the_reasons()
    {
        var (exit, _, error) = Run(Write("form.xlsx", "type|name|label", "wrong|a|A"));

        Assert.Equal(1, exit);
        Assert.StartsWith("survey, row 2, column 'type': Unknown question type 'wrong'.", error);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "form.xml")));
    }

    [Theory]
    [InlineData("text|a|A", 100)]
    [InlineData("begin repeat|r|", 999)]
    [InlineData("image|a|A", 101)]
    public void Reports_in_JSON(string row, int code)
    {
        var (exit, output, _) = Run(Write("form.xlsx", "type|name|label", row), "--json");

        Assert.Equal(0, exit);
        Assert.Equal(code, JsonDocument.Parse(output).RootElement.GetProperty("code").GetInt32());
    }

    [Fact]
    public void Refuses_unknown_arguments_with_2() => Assert.Equal(2, Run("a.xlsx", "--nonsense").Exit);

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, params string[] survey)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, new WorkbookBuilder().Table("survey", survey).Build().ToArray());
        return path;
    }

    private static (int Exit, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = Xls2XForm.Run(args, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}

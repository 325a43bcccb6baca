using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Architecture;

/// <summary>
/// Limits for lines, files and methods. `exceptions.txt` lists what is still too large; an entry that is no longer needed fails too, so
/// that the list only shrinks.
/// </summary>
public sealed class SizeTests
{
    private const int MaxColumns = 140;
    private const int MaxFileLines = 300;
    private const int MaxMethodLines = 60;
    private const string Exceptions = "tests/Core.Tests/Architecture/exceptions.txt";

    private static readonly SourceFile[] Files = [.. SourceFile.Under("src", "host", "tools", "dev", "bench", "tests")];

    [Fact]
    public void No_line_is_over_140_columns() =>
        Check("line", Files.Where(file => Lines(file).Any(line => line.Length > MaxColumns)).Select(file => file.Path));

    [Fact]
    public void No_file_is_over_300_lines() =>
        Check("file", Files.Where(file => Lines(file).Count() > MaxFileLines).Select(file => file.Path));

    [Fact]
    public void No_method_is_over_60_lines() =>
        Check(
            "method",
            from file in Files
            from method in CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes()
            where method is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
            let span = method.SyntaxTree.GetLineSpan(method.Span)
            where span.EndLinePosition.Line - span.StartLinePosition.Line + 1 > MaxMethodLines
            select $"{file.Path} {Name(method)}"
        );

    private static IEnumerable<string> Lines(SourceFile file) => file.Text.TrimEnd().Split('\n').Select(line => line.TrimEnd('\r'));

    private static string Name(Microsoft.CodeAnalysis.SyntaxNode method) =>
        method switch
        {
            MethodDeclarationSyntax declared => declared.Identifier.Text,
            LocalFunctionStatementSyntax local => local.Identifier.Text,
            ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
            AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
            _ => method.Kind().ToString(),
        };

    private static void Check(string rule, IEnumerable<string> found)
    {
        var tooLarge = found.Select(what => $"{rule} {what}").ToHashSet();
        var excused = File.ReadLines(Path.Combine(Repository.Root, Exceptions))
            .Where(line => line.StartsWith(rule + ' ', StringComparison.Ordinal))
            .ToHashSet();
        var differences = tooLarge
            .Except(excused)
            .Select(what => $"too large: {what}")
            .Concat(excused.Except(tooLarge).Select(what => $"no longer needed in {Exceptions}: {what}"));
        var report = string.Join('\n', differences.Order(StringComparer.Ordinal));
        Assert.True(report.Length == 0, report);
    }
}

using System.Text.RegularExpressions;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>A module as its caller writes it: the file, the parameters that it is given, and its name there.</summary>
public sealed record BicepModule(string Name, string File, IReadOnlyList<string> Parameters);

/// <summary>One Bicep file, parsed from its text: declarations at the left margin, and the outputs used of modules.</summary>
public sealed partial class BicepTemplate
{
    private readonly string _text;

    public BicepTemplate(string text) => _text = text;

    public IEnumerable<string> Parameters => Names(Parameter());

    public IEnumerable<string> RequiredParameters =>
        Parameter().Matches(_text).Where(match => !match.Groups["default"].Success).Select(match => match.Groups["name"].Value);

    public IEnumerable<string> Outputs => Names(Output());

    /// <summary>Type and API version of each resource, existing and nested ones included.</summary>
    public IEnumerable<(string Type, string Version)> Resources =>
        Resource().Matches(_text).Select(match => (match.Groups["type"].Value, match.Groups["version"].Value));

    public IEnumerable<BicepModule> Modules =>
        from match in Module().Matches(_text)
        let given = ModuleParameters().Match(match.Groups["body"].Value).Groups["given"].Value
        select new BicepModule(
            match.Groups["name"].Value,
            match.Groups["file"].Value,
            [.. Assignment().Matches(given).Select(assignment => assignment.Groups["name"].Value)]
        );

    /// <summary>Module and output, wherever one is used.</summary>
    public IEnumerable<(string Module, string Output)> UsedOutputs =>
        UsedOutput().Matches(_text).Select(match => (match.Groups["module"].Value, match.Groups["output"].Value)).Distinct();

    /// <summary>The texts in `var name = ['a', 'b']`.</summary>
    public IReadOnlyList<string> Texts(string variable) =>
        [
            .. Text()
                .Matches(Regex.Match(_text, $@"^var {variable} = \[(?<items>[^\]]*)\]", RegexOptions.Multiline).Groups["items"].Value)
                .Select(match => match.Groups["text"].Value),
        ];

    /// <summary>Names and values of the object `var name = { ... }`, one to a line.</summary>
    public IReadOnlyDictionary<string, string> Members(string variable) =>
        Assignment()
            .Matches(
                Regex
                    .Match(_text, $@"^var {variable} = \{{\n(?<members>.*?)\n\}}", RegexOptions.Multiline | RegexOptions.Singleline)
                    .Groups["members"]
                    .Value
            )
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value);

    public string DefaultOf(string parameter) =>
        Parameter().Matches(_text).First(match => match.Groups["name"].Value == parameter).Groups["default"].Value;

    public long MaximumOf(string parameter) =>
        long.Parse(
            Regex.Match(_text, $@"@maxValue\((\d+)\)\nparam {parameter} ").Groups[1].Value,
            System.Globalization.CultureInfo.InvariantCulture
        );

    public bool Mentions(string text) => _text.Contains(text, StringComparison.Ordinal);

    private IEnumerable<string> Names(Regex declaration) => declaration.Matches(_text).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"^param (?<name>\w+) \w+( = (?<default>.+))?$", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^output (?<name>\w+) ", RegexOptions.Multiline)]
    private static partial Regex Output();

    [GeneratedRegex(@"^resource \w+ '(?<type>[\w./]+)@(?<version>[\w-]+)'", RegexOptions.Multiline)]
    private static partial Regex Resource();

    [GeneratedRegex(@"^module (?<name>\w+) '(?<file>[^']+)'(?<body>.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Module();

    [GeneratedRegex(@"^  params: \{\n(?<given>.*?)^  \}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ModuleParameters();

    [GeneratedRegex(@"^\s*(?<name>\w+): (?<value>.+)$", RegexOptions.Multiline)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\b(?<module>\w+)\.\??outputs\.(?<output>\w+)")]
    private static partial Regex UsedOutput();

    [GeneratedRegex("'(?<text>[^']*)'")]
    private static partial Regex Text();
}

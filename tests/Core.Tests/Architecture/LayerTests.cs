using System.Reflection;
using System.Text.RegularExpressions;
using NetArchTest.Rules;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.XlsForms;
using Xunit;

namespace ServerlessRosa.Core.Tests.Architecture;

/// <summary>The namespaces of Core depend on each other in one direction.</summary>
public sealed partial class LayerTests
{
    private const string Root = "ServerlessRosa.Core";

    /// <summary>From the bottom up: a namespace uses only those before it.</summary>
    private static readonly string[] Layers =
    [
        "Problems",
        "Ids",
        "Xml",
        "Storage",
        "Recovery",
        "Mail",
        "Projects",
        "Encryption",
        "Accounts",
        "Audits",
        "Configs",
        "Webhooks",
        "Datasets",
        "Forms",
        "Workers",
        "Fixtures",
        "Cases",
        "Entities",
        "Syncs",
        "Submissions",
        "Restore",
        "Exports",
        "Notifications",
        "Backups",
    ];

    private static readonly Assembly Core = typeof(Problem).Assembly;

    public static TheoryData<string> LowerLayers => [.. Layers[..^1]];

    [Fact]
    public void Every_namespace_of_Core_has_its_place_in_the_order()
    {
        var found = Core.GetTypes().Select(type => type.Namespace).OfType<string>().Where(name => name.StartsWith(Root + '.'));
        Assert.Equal(Layers.Order(), found.Select(name => name[(Root.Length + 1)..]).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(LowerLayers))]
    public void A_namespace_uses_only_those_below_it(string layer)
    {
        var above = Layers[(Array.IndexOf(Layers, layer) + 1)..].Select(name => $"{Root}.{name}").ToArray();
        var result = Types.InAssembly(Core).That().ResideInNamespace($"{Root}.{layer}").ShouldNot().HaveDependencyOnAny(above).GetResult();
        Assert.True(result.IsSuccessful, string.Join('\n', result.FailingTypes.Select(type => type.FullName)));
    }

    /// <summary>Constants, `nameof` and documentation leave no trace in the assembly, but have a using directive.</summary>
    [Fact]
    public void Using_directives_follow_the_order_too()
    {
        var wrong =
            from file in SourceFile.Under("src/Core")
            let own = Place(Namespace().Match(file.Text).Groups[1].Value)
            where own >= 0
            from used in Using().Matches(file.Text).Select(match => match.Groups[1].Value)
            where Place(used) > own
            select $"{file.Path}: {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Core_has_no_HTTP()
    {
        string[] forbidden =
        [
            "Microsoft.AspNetCore.Http",
            "Microsoft.AspNetCore.Mvc",
            "Microsoft.AspNetCore.Routing",
            "Microsoft.AspNetCore.Builder",
            "Microsoft.AspNetCore.Hosting",
            "Microsoft.AspNetCore.WebUtilities",
            "Microsoft.Net.Http.Headers",
            "Microsoft.Azure.Functions.Worker",
        ];
        var result = Types.InAssembly(Core).ShouldNot().HaveDependencyOnAny(forbidden).GetResult();
        Assert.True(result.IsSuccessful, string.Join('\n', result.FailingTypes.Select(type => type.FullName)));
        Assert.Empty(SourceFile.Under("src/Core").Where(file => AspNetCore().IsMatch(file.Text)).Select(file => file.Path));
    }

    /// <summary>The edge converts workbooks (ADR 28): neither Core nor the converter knows the other.</summary>
    [Fact]
    public void Core_and_the_workbook_converter_are_independent()
    {
        var converter = typeof(XlsFormConverter).Assembly;
        string[] forbidden = [Root, "ServerlessRosa.Functions", "Azure", "Microsoft.AspNetCore", "Microsoft.Azure"];
        Assert.DoesNotContain(Core.GetReferencedAssemblies(), used => used.Name == converter.GetName().Name);
        Assert.DoesNotContain(
            converter.GetReferencedAssemblies(),
            used => forbidden.Any(name => used.Name!.StartsWith(name, StringComparison.Ordinal))
        );
    }

    private static int Place(string layer) => Array.IndexOf(Layers, layer);

    [GeneratedRegex(@"^namespace ServerlessRosa\.Core\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using ServerlessRosa\.Core\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    // The two packages of ASP.NET Core that are about keys and passwords.
    [GeneratedRegex(@"Microsoft\.AspNetCore\.(?!DataProtection\b|Identity\b)")]
    private static partial Regex AspNetCore();
}

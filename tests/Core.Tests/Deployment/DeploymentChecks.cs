using System.Text.Json;
using System.Text.RegularExpressions;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>What can be wrong with the deployment's files. Each check answers with sentences; none means that all is well.</summary>
public static partial class DeploymentChecks
{
    /// <summary>Modules exist, are used, get what they declare, and give what is asked of them.</summary>
    /// <param name="modules">By path, as the main template names them.</param>
    public static IReadOnlyList<string> OfModules(BicepTemplate main, IReadOnlyDictionary<string, BicepTemplate> modules)
    {
        var calls = main.Modules.ToList();
        List<string> complaints =
        [
            .. calls.Where(call => !modules.ContainsKey(call.File)).Select(call => $"{call.File} is not there."),
            .. modules.Keys.Except(calls.Select(call => call.File)).Select(file => $"{file} is not used."),
        ];
        foreach (var call in calls.Where(call => modules.ContainsKey(call.File)))
        {
            var module = modules[call.File];
            complaints.AddRange(call.Parameters.Except(module.Parameters).Select(name => $"{call.File} has no parameter {name}."));
            complaints.AddRange(module.RequiredParameters.Except(call.Parameters).Select(name => $"{call.File} does not get {name}."));
            var used = main.UsedOutputs.Where(use => use.Module == call.Name).Select(use => use.Output).ToList();
            complaints.AddRange(used.Except(module.Outputs).Select(name => $"{call.File} has no output {name}."));
            complaints.AddRange(module.Outputs.Except(used).Select(name => $"Nobody uses the output {name} of {call.File}."));
        }
        return complaints;
    }

    /// <summary>Each type of resource has one version everywhere, which is a date.</summary>
    public static IReadOnlyList<string> OfVersions(IEnumerable<BicepTemplate> templates)
    {
        var versions = templates
            .SelectMany(template => template.Resources)
            .Distinct()
            .ToLookup(resource => resource.Type, resource => resource.Version);
        return
        [
            .. versions.Where(type => type.Count() > 1).Select(type => $"{type.Key} has {type.Count()} versions."),
            .. from type in versions
            from version in type
            where !Version().IsMatch(version)
            select $"{type.Key} has the version '{version}'.",
        ];
    }

    /// <summary>What the code reads is set, and nothing else is.</summary>
    /// <param name="read">All settings of the options classes, as environment variables name them.</param>
    /// <param name="elsewhere">Those that a deployment must not set.</param>
    /// <param name="host">What the host and the SDK read.</param>
    public static IReadOnlyList<string> OfSettings(
        IEnumerable<string> read,
        IEnumerable<string> elsewhere,
        IEnumerable<string> host,
        IEnumerable<string> set
    )
    {
        var expected = read.Except(elsewhere).Concat(host).ToList();
        return
        [
            .. expected.Except(set).Select(name => $"{name} is read, but not set."),
            .. set.Except(expected)
                .Select(name => elsewhere.Contains(name) ? $"{name} is not for a deployment." : $"{name} is set, but nobody reads it."),
        ];
    }

    /// <summary>The sample for `func start` knows no setting that there isn't.</summary>
    public static IReadOnlyList<string> OfSample(string json, IEnumerable<string> known)
    {
        var values = JsonDocument.Parse(json).RootElement.GetProperty("Values").EnumerateObject().Select(value => value.Name);
        return [.. values.Except(known).Select(name => $"The sample sets {name}, which nobody reads.")];
    }

    /// <summary>Both lists hold the same names.</summary>
    public static IReadOnlyList<string> OfNames(string what, IReadOnlyList<string> used, IReadOnlyList<string> made) =>
        [
            .. used.Except(made).Select(name => $"The {what} {name} is not made."),
            .. made.Except(used).Select(name => $"The {what} {name} is made, but not used."),
        ];

    [GeneratedRegex(@"^20\d\d-\d\d-\d\d(-preview)?$")]
    private static partial Regex Version();
}

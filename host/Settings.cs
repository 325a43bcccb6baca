using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace LocalFunctionsHost;

/// <summary>The app's settings, as far as triggers name them: <c>%Setting%</c> stands for a setting's value, and a setting disables a
/// function.</summary>
internal sealed partial class Settings(IConfiguration configuration)
{
    /// <exception cref="InvalidOperationException">The setting is missing.</exception>
    public string Expand(string text) =>
        Reference()
            .Replace(
                text,
                match =>
                    Value(match.Groups[1].Value) ?? throw new InvalidOperationException($"the setting {match.Groups[1].Value} is missing")
            );

    /// <summary><c>AzureWebJobs.{function}.Disabled</c>, or with <c>__</c> for the dots, as Linux needs it.</summary>
    public bool IsDisabled(string function) =>
        bool.TryParse(Value($"AzureWebJobs.{function}.Disabled") ?? Value($"AzureWebJobs:{function}:Disabled"), out var value) && value;

    /// <summary>That of a storage account, by the name that a binding gives; without one that of the host's own.</summary>
    /// <exception cref="InvalidOperationException">The setting is missing.</exception>
    public string ConnectionString(string? name) =>
        Value($"AzureWebJobs{name ?? "Storage"}")
        ?? Value(name ?? "")
        ?? throw new InvalidOperationException($"the connection string {name ?? "AzureWebJobsStorage"} is missing");

    private string? Value(string name) => configuration[name];

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Reference();
}

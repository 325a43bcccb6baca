using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace LocalFunctionsHost;

/// <summary>The app's settings, as far as triggers name them: <c>%Setting%</c> stands for a setting's value.</summary>
internal sealed partial class Settings(IConfiguration configuration)
{
    /// <exception cref="InvalidOperationException">The setting is missing.</exception>
    public string Expand(string text) =>
        Reference()
            .Replace(
                text,
                match =>
                    configuration[match.Groups[1].Value]
                    ?? throw new InvalidOperationException($"the setting {match.Groups[1].Value} is missing")
            );

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Reference();
}

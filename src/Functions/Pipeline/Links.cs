using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Builds the absolute addresses in answers, from the configured origin and route values, never from the request's target
/// (OR-039, OR-040).</summary>
public sealed class Links(IOptions<RosaOptions> options)
{
    /// <summary>The address up to `/v1`, with the caller's key if the request had one.</summary>
    public string Root(HttpRequest request, Caller caller) =>
        caller.Key is { } key ? $"{Origin(request)}/v1/key/{key.Text}" : $"{Origin(request)}/v1";

    public string TestRoot(HttpRequest request, string draftToken) => $"{Origin(request)}/v1/test/{draftToken}";

    public static string Project(string root, ProjectId project) => $"{root}/projects/{project}";

    public static string Form(string root, Form form) => $"{Project(root, form.Project)}/forms/{Encode(form.Id.Value)}";

    /// <summary>`___` stands for a blank version (OR-114).</summary>
    public static string Version(string root, Form form, string version) =>
        $"{Form(root, form)}/versions/{(version.Length == 0 ? XFormVersion.Blank : Encode(version))}";

    /// <summary>As a browser's encodeURIComponent: leaves `! * ' ( )` alone, unlike <see cref="Uri.EscapeDataString(string)"/>.</summary>
    public static string Encode(string text) =>
        Uri.EscapeDataString(text).Replace("%21", "!").Replace("%2A", "*").Replace("%27", "'").Replace("%28", "(").Replace("%29", ")");

    /// <summary>The scheme and host that this server is reached by.</summary>
    public string Origin(HttpRequest request) =>
        options.Value.PublicUrl is { Length: > 0 } url
            ? url.TrimEnd('/')
            : $"{(RequestAuthenticator.IsHttps(request) ? "https" : "http")}://{request.Host}";
}

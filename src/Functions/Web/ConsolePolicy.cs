using Microsoft.Extensions.Options;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Web;

/// <summary>The content security policies of the console's pages. The only other server that they name is that of the base map.</summary>
public sealed class ConsolePolicy(IOptions<RosaOptions> options)
{
    private const string Common = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private readonly string _images = $"img-src 'self' blob: data:{(options.Value.MapTilesOrigin is { } origin ? $" {origin}" : "")}; ";

    /// <summary>
    /// Scripts, styles and requests of this server only, and none of them inline. Pictures may also be made by the page itself; those from
    /// submissions are pictures only, since `img` runs no script.
    /// </summary>
    public string OfPage =>
        $"default-src 'none'; script-src 'self'; style-src 'self'; {_images}media-src 'self'; connect-src 'self'; {Common}";

    /// <summary>
    /// The same for a form to fill in. ODK's web forms insert style elements, evaluate XPath in WebAssembly, and scale photos in workers
    /// that they make themselves.
    /// </summary>
    public string OfForm =>
        $"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; {_images}"
        + $"media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; {Common}";
}

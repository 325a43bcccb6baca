using System.IO.Compression;
using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>The web console is static files of the app's own (docs/console.md).</summary>
public sealed class ConsoleTests
{
    [Fact]
    public async Task The_root_is_the_page_with_a_strict_policy_and_costs_no_storage_operation()
    {
        var page = (await GetAsync("/")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("text/html; charset=utf-8", page.Header("Content-Type"));
        Assert.Equal("no-cache", page.Header("Cache-Control"));
        Assert.Contains("<div id=\"app\">", page.Text, StringComparison.Ordinal);
        Assert.Equal(0, page.StorageOperations);

        var policy = page.Header("Content-Security-Policy")!;
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        Assert.DoesNotContain("<style", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_asset_never_changes_and_costs_no_storage_operation()
    {
        var asset = (await GetAsync(await AssetAsync())).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("text/javascript; charset=utf-8", asset.Header("Content-Type"));
        Assert.Equal("public, max-age=31536000, immutable", asset.Header("Cache-Control"));
        Assert.Equal("Accept-Encoding", asset.Header("Vary"));
        Assert.Equal(0, asset.StorageOperations);
    }

    [Theory]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("identity", null)]
    [InlineData(null, null)]
    public async Task An_asset_comes_in_the_smallest_encoding_that_the_client_takes(string? accepted, string? encoding)
    {
        var address = await AssetAsync();
        var plain = await GetAsync(address);
        var packed = (await GetAsync(address, ("Accept-Encoding", accepted))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(encoding, packed.Header("Content-Encoding"));
        Assert.Equal(plain.Text, Unpacked(packed.Bytes, encoding));
        Assert.Equal(encoding is null, packed.Header("ETag") == plain.Header("ETag"));
        Assert.True(encoding is null || packed.Bytes.Length < plain.Bytes.Length);
    }

    [Fact]
    public async Task A_browser_that_has_a_file_gets_304()
    {
        foreach (var address in new[] { "/", await AssetAsync() })
        {
            var etag = (await GetAsync(address, ("Accept-Encoding", "br"))).Header("ETag");
            var again = await GetAsync(address, ("Accept-Encoding", "br"), ("If-None-Match", etag));
            again.ShouldBe(HttpStatusCode.NotModified);
            Assert.Empty(again.Bytes);
            (await GetAsync(address, ("If-None-Match", etag))).ShouldBe(HttpStatusCode.OK); // that was another encoding
        }
    }

    [Fact]
    public async Task HEAD_answers_what_GET_does_without_the_body()
    {
        foreach (var address in new[] { "/", await AssetAsync() })
        {
            var get = await GetAsync(address);
            var head = (await SendAsync(HttpMethod.Head, address)).ShouldBe(HttpStatusCode.OK);
            Assert.Empty(head.Bytes);
            Assert.Equal(get.Bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), head.Header("Content-Length"));
            Assert.Equal(get.Header("ETag"), head.Header("ETag"));
        }
    }

    [Fact]
    public async Task A_web_form_has_a_page_whose_policy_allows_what_its_renderer_needs()
    {
        var programme = await Programme.StartAsync();
        var form = (await programme.Admin.GetAsync(programme.FormPath(await programme.PublishAsync()))).Json;
        var page = (await GetAsync($"/f/{form.GetProperty("enketoId").GetString()}?st=whatever")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(0, page.StorageOperations);
        Assert.Equal("no-cache", page.Header("Cache-Control"));
        Assert.StartsWith(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; ",
            page.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        (await GetAsync("/f/1")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_first_load_is_under_250_KB()
    {
        var page = await GetAsync("/", ("Accept-Encoding", "br"));
        var names = ConsolePage.FilesOf((await GetAsync("/")).Text);
        Assert.Contains(names, name => name.EndsWith(".js", StringComparison.Ordinal));
        Assert.Contains(names, name => name.EndsWith(".css", StringComparison.Ordinal));
        var size = page.Bytes.Length;
        foreach (var name in names)
        {
            size += (await GetAsync($"/assets/{name}", ("Accept-Encoding", "br"))).ShouldBe(HttpStatusCode.OK).Bytes.Length;
        }
        Assert.InRange(size, 1, 250_000);
    }

    [Fact]
    public async Task Only_the_configured_base_map_is_allowed_beside_this_server()
    {
        Assert.DoesNotContain("http", (await GetAsync("/")).Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("{\"mapTiles\":null,\"mapAttribution\":null}", (await GetAsync("/console.json")).ShouldBe(HttpStatusCode.OK).Text);

        var settings = new Dictionary<string, string>
        {
            ["Rosa__MapTiles"] = "https://tiles.example.org:8443/a/{z}/{x}/{y}.png?k=1",
            ["Rosa__MapAttribution"] = "© Mappers",
        };
        var server = await Server.StartAsync(settings);
        var anonymous = Api.Anonymous(server);
        var page = await anonymous.SendAsync(HttpMethod.Get, server.BaseUrl.ToString());
        Assert.Contains(
            "; img-src 'self' blob: data: https://tiles.example.org:8443; media-src",
            page.Header("Content-Security-Policy"),
            StringComparison.Ordinal
        );
        var answer = await anonymous.SendAsync(HttpMethod.Get, $"{server.BaseUrl}console.json");
        Assert.Equal(settings["Rosa__MapTiles"], answer.Json.GetProperty("mapTiles").GetString());
        Assert.Equal(0, answer.StorageOperations);
    }

    [Theory]
    [InlineData("/assets/")]
    [InlineData("/assets/missing.js")]
    [InlineData("/assets/files.json")]
    [InlineData("/assets/..%2Ffiles.json")]
    [InlineData("/assets/..%5Cfiles.json")]
    [InlineData("/assets/%2e%2e%2f%2e%2e%2fhost.json")]
    [InlineData("/assets/../../host.json")]
    [InlineData("/files.json")]
    [InlineData("/wwwroot/index.html")]
    [InlineData("/projects/1")]
    public async Task Other_addresses_of_the_console_are_not_found(string path)
    {
        var answer = await GetAsync(path);
        answer.ShouldBe(HttpStatusCode.NotFound);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
    }

    private static async Task<string> AssetAsync() => $"/assets/{await ConsolePage.AssetAsync(await Server.SharedAsync())}";

    private static Task<Answer> GetAsync(string path, params (string Name, string? Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, headers);

    private static async Task<Answer> SendAsync(HttpMethod method, string path, params (string Name, string? Value)[] headers)
    {
        var server = await Server.SharedAsync();
        var client = headers.Aggregate(Api.Anonymous(server), (api, header) => api.With(header.Name, header.Value));
        return await client.SendAsync(method, server.BaseUrl.GetLeftPart(UriPartial.Authority) + path);
    }

    private static string Unpacked(byte[] bytes, string? encoding)
    {
        using var packed = new MemoryStream(bytes);
        using Stream unpacked = encoding switch
        {
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            _ => packed,
        };
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

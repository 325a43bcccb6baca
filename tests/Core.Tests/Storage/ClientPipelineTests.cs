using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Storage;

/// <summary>Requests that the app writes itself are authorised as the SDK's, whatever the credentials are; the emulator takes keys
/// only.</summary>
public sealed class ClientPipelineTests
{
    private const string Key = "AccountKey=a2V5";
    private static readonly Uri TableAddress = new("https://a.table.core.windows.net");
    private static readonly Uri BlobAddress = new("https://a.blob.core.windows.net");

    [Fact]
    public async Task An_identity_authorises_them()
    {
        Assert.StartsWith("Bearer token", Authorization(await SendToTableAsync(options => new(TableAddress, new Identity(), options))));
        Assert.StartsWith("Bearer token", Authorization(await SendToBlobAsync(options => new(BlobAddress, new Identity(), options))));
    }

    [Fact]
    public async Task A_key_signs_them()
    {
        Assert.Contains("a:", Authorization(await SendToTableAsync(options => new($"AccountName=a;{Key}", options))));
        Assert.Contains("a:", Authorization(await SendToBlobAsync(options => new($"AccountName=a;{Key}", options))));
    }

    [Fact]
    public async Task A_shared_access_signature_is_in_their_address()
    {
        const string Signature = "SharedAccessSignature=sv=1&sig=s";
        var table = await SendToTableAsync(options => new($"TableEndpoint={TableAddress};{Signature}", options));
        var blob = await SendToBlobAsync(options => new($"BlobEndpoint={BlobAddress};{Signature}", options));

        Assert.Equal("https://a.table.core.windows.net/$batch?sv=1&sig=s", table.RequestUri!.AbsoluteUri);
        Assert.Equal("https://a.blob.core.windows.net/forms/name?sv=1&sig=s", blob.RequestUri!.AbsoluteUri);
        Assert.DoesNotContain("sig=", await table.Content!.ReadAsStringAsync());
    }

    private static string Authorization(HttpRequestMessage request) => request.Headers.GetValues("Authorization").Single();

    private static async Task<HttpRequestMessage> SendToTableAsync(Func<TableClientOptions, TableServiceClient> create)
    {
        var (options, sent) = Recording(new TableClientOptions(), 202, "\r\nHTTP/1.1 204 No Content\r\n");
        var client = create(options);
        var transactions = new TableTransactions(ClientPipeline.Of(options, () => client.GetProperties()), client.Uri);
        TableTransactionAction[] actions = [new(TableTransactionActionType.Add, new TableEntity("p", "r"))];
        await transactions.SubmitAsync("forms", actions, CancellationToken.None);
        return Assert.Single(sent);
    }

    private static async Task<HttpRequestMessage> SendToBlobAsync(Func<BlobClientOptions, BlobServiceClient> create)
    {
        var (options, sent) = Recording(new BlobClientOptions(), 201, "");
        var client = create(options);
        var blobs = new NewBlobs(ClientPipeline.Of(options, () => client.GetProperties()));
        var container = client.GetBlobContainerClient("forms").Uri;
        await blobs.PutAsync(container, "name", new byte[] { 1 }, "text/xml", ("note", "x"), CancellationToken.None);
        return Assert.Single(sent);
    }

    private static (T Options, List<HttpRequestMessage> Sent) Recording<T>(T options, int status, string answer)
        where T : ClientOptions
    {
        var sent = new List<HttpRequestMessage>();
        options.Transport = new HttpClientTransport(new HttpClient(new Recorder(sent, (HttpStatusCode)status, answer)));
        options.AddPolicy(ClientPipeline.Policy, HttpPipelinePosition.PerCall);
        return (options, sent);
    }

    private sealed class Recorder(List<HttpRequestMessage> sent, HttpStatusCode status, string answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri)
            {
                Content = new ByteArrayContent(await request.Content!.ReadAsByteArrayAsync(cancellationToken)),
            };
            foreach (var (name, values) in request.Headers)
            {
                copy.Headers.TryAddWithoutValidation(name, values);
            }
            sent.Add(copy);
            return new HttpResponseMessage(status) { Content = new StringContent(answer), Headers = { { "ETag", "\"1\"" } } };
        }
    }

    private sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token", DateTimeOffset.UtcNow.AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}

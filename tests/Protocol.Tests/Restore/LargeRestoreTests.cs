using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Workers with very many cases, on a server that does nothing else: what a restore costs in memory and in storage
/// operations.</summary>
[StartsFirst]
public sealed class LargeRestoreTests(LargeRestoreTests.LargeDomain large) : IClassFixture<LargeRestoreTests.LargeDomain>
{
    private const int Many = 100_000;
    private const int Some = 10_000;
    private const long Limit = 200 << 20;

    // What an instance reads of everybody the first time: the worker, the domain, and the head of its fixtures.
    private const int DomainAndWorker = 3;

    [Theory, Clause("CC-023")]
    [InlineData("")]
    [InlineData("&items=true")]
    public async Task A_hundred_thousand_cases_are_restored_in_little_memory(string query)
    {
        var worker = large.Of(Many);
        var memory = PeakMemory.Watch(large.ProcessId);

        var (cases, items, _) = await ReadAsync(worker, $"/phone/restore/?version=2.0{query}");

        Assert.Equal(Many + 1, cases);
        Assert.Equal(query.Length > 0 ? cases + 4 : null, items);
        Assert.InRange(memory.Growth, long.MinValue, Limit);
    }

    [Fact]
    public async Task A_restore_of_ten_thousand_cases_costs_twelve_operations_and_the_next_sync_five()
    {
        var worker = large.Of(Some);
        foreach (var budget in new[] { 12 + DomainAndWorker, 12 }) // ceil(10,000 / 1,000) + 2
        {
            var (cases, _, cost) = await ReadAsync(worker, "/phone/restore/");
            Assert.Equal(Some, cases);
            Assert.True(cost <= budget, $"It cost {cost} operations, and {budget} are allowed.");
        }

        var phone = new DomainPhone(large.Domain, worker);
        await phone.SyncAsync();
        await phone.SyncAsync();
        Assert.True(phone.Last!.StorageOperations <= 5, $"It cost {phone.Last.StorageOperations} operations when nothing had changed.");

        var changed = Enumerable.Range(0, 5).Select(_ => Create(Id(), phone)).ToArray();
        await SubmitWithoutPhoneAsync(large.Domain, changed);
        Assert.Equal(5, (await phone.SyncAsync()).Split(' ').Length);
        Assert.True(phone.Last!.StorageOperations <= 5, $"It cost {phone.Last.StorageOperations} operations for five changes.");
        Assert.Equal("", await phone.SyncAsync());
    }

    [Fact, Clause("CC-052"), Clause("CC-053")]
    public async Task Properties_that_XML_cannot_contain_are_omitted()
    {
        var phone = new DomainPhone(large.Domain, large.Of(LargeDomain.Odd));
        await phone.SyncAsync();
        Assert.Equal(3, phone.Simulated.Cases.Count);
        var odd = phone.Simulated.Cases[$"{large.CaseOf(LargeDomain.Odd)}-000001"];
        Assert.Equal(["date_opened", "text"], odd.Properties.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a\ufffdb\ufffdc\ufffd", odd.Properties["text"]);
    }

    // Read as a stream, to keep the test's own memory small.
    private async Task<(int Cases, int? Items, int Operations)> ReadAsync(Worker worker, string path)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        using var request = new HttpRequestMessage(HttpMethod.Get, large.Domain.At(path));
        request.Headers.Add(
            "Authorization",
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{worker.Username}:{worker.Password}"))
        );
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var xml = XmlReader.Create(await answer.Content.ReadAsStreamAsync(), new XmlReaderSettings { Async = true });
        var (cases, items, operations) = (0, (int?)null, 0);
        while (await xml.ReadAsync())
        {
            switch (xml)
            {
                case { Depth: 0, NodeType: XmlNodeType.Element }:
                    items = xml.GetAttribute("items") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
                    break;
                case { Depth: 1, NodeType: XmlNodeType.Element, LocalName: "case" }:
                    cases++;
                    break;
                case { Depth: 0, NodeType: XmlNodeType.Comment }:
                    operations = int.Parse(xml.Value.Trim().Split(' ')[^1], CultureInfo.InvariantCulture);
                    break;
            }
        }
        return (cases, items, operations);
    }

    public sealed class LargeDomain : IAsyncLifetime
    {
        public const int Odd = 2;

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rosa-storage-");
        private readonly Dictionary<int, (Worker Worker, string Case)> _workers = [];
        private OwnStorage? _storage;

        public Domain Domain { get; private set; } = null!;

        public int ProcessId => _storage!.Server.App!.ProcessId;

        public Worker Of(int count) => _workers[count].Worker;

        public string CaseOf(int count) => _workers[count].Case;

        public async Task InitializeAsync()
        {
            // Cached for longer than the tests run, so that warm and cold do not depend on the machine's speed.
            _storage = await OwnStorage.StartWithEmulatorAsync(
                new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "300" },
                _folder.FullName
            );
            Domain = await Domain.StartAsync(_storage.Server);
            foreach (var count in new[] { Many, Some, Odd })
            {
                var phone = await DomainPhone.StartAsync(Domain);
                var properties = Enumerable.Range(0, 15).ToDictionary(i => $"property_{i}", i => $"Some words about it, {i}.");
                await SubmitWithoutPhoneAsync(
                    Domain,
                    Create(Id(), phone) with
                    {
                        Properties = count == Odd ? new Dictionary<string, string>() : properties,
                    }
                );
                await phone.SyncAsync();
                _workers[count] = (phone.Worker, phone.Simulated.Cases.Keys.Single());
            }
            await _storage.ChangeDataAsync(Multiply);

            // Warm, so that what every first request brings into memory is there.
            await new DomainPhone(Domain, Of(Odd)).SyncAsync("&items=true");
        }

        public async Task DisposeAsync()
        {
            await _storage!.DisposeAsync();
            _folder.Delete(recursive: true);
        }

        private void Multiply(string folder)
        {
            ManyCases.Multiply(
                folder,
                CaseOf(Odd),
                Odd,
                (_, body) =>
                    body["Properties"] = new JsonObject
                    {
                        ["1st"] = "x",
                        ["a b"] = "x",
                        ["a:b"] = "x",
                        ["<a>"] = "x",
                        [""] = "x",
                        ["text"] = "a\u0001b\u001fc\ufffe",
                    }
            );
            ManyCases.Multiply(folder, CaseOf(Some), Some - 1);
            ManyCases.Multiply(folder, CaseOf(Many), Many); // The last, because each reads and writes the whole file.
        }
    }
}

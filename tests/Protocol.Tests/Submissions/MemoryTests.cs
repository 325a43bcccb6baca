using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>How much memory the server takes for what is large, on a server that does nothing else.</summary>
public sealed class MemoryTests(MemoryTests.LargeServer large) : IClassFixture<MemoryTests.LargeServer>
{
    private const long Limit = 64 << 20;

    [Theory, Clause("OR-212"), Clause("OR-185")]
    [InlineData(100_000_000, false)]
    [InlineData(100 << 20, true)]
    public async Task A_file_of_a_hundred_megabytes_streams_through(int size, bool beforeTheXml)
    {
        var inbox = large.Inbox;
        var id = Samples.NewInstanceId();
        var film = Samples.Bytes(size);
        var xml = Part(System.Text.Encoding.UTF8.GetBytes(inbox.Submission(id, photo: "film.mp4")), "xml_submission_file");
        var file = Part(film, "film.mp4");
        using var body = new MultipartFormDataContent();
        body.Add(beforeTheXml ? file : xml);
        body.Add(beforeTheXml ? xml : file);

        var memory = PeakMemory.Watch(inbox.Programme.Server.App!.ProcessId);
        (await inbox.PostAsync(body)).ShouldBeReceived();
        var back = await inbox.BytesAsync(id, "film.mp4");

        Assert.InRange(memory.Growth, long.MinValue, Limit);
        Assert.Equal(SHA256.HashData(film), SHA256.HashData(back));
    }

    [Fact, Clause("OR-194")]
    public async Task XML_designed_to_exhaust_memory_is_refused()
    {
        var inbox = large.Inbox;
        var memory = PeakMemory.Watch(inbox.Programme.Server.App!.ProcessId);

        foreach (var xml in BadXmlTests.All(inbox.Form))
        {
            (await inbox.PostAsync(Samples.Multipart(xml))).ShouldBeRefused();
        }

        Assert.InRange(memory.Growth, long.MinValue, 2 * Limit);
    }

    private static ByteArrayContent Part(byte[] content, string name)
    {
        var part = new ByteArrayContent(content);
        part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = name, FileName = name };
        part.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        return part;
    }

    public sealed class LargeServer : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rosa-storage-");
        private OwnStorage? _storage;
        private Inbox? _inbox;

        public Inbox Inbox => _inbox!;

        public async Task InitializeAsync()
        {
            _storage = await OwnStorage.StartWithEmulatorAsync(dataFolder: _folder.FullName);
            _inbox = await Inbox.OpenAsync(_storage.Server);

            // Warm, so that what every first request brings into memory is there.
            for (var i = 0; i < 3; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{i}.jpg");
                await _inbox.SendAsync(_inbox.Submission($"uuid:warm-{i}", photo: name), (name, Samples.Bytes(9_000_000), "image/jpeg"));
                await _inbox.BytesAsync($"uuid:warm-{i}", name);
            }
        }

        public async Task DisposeAsync()
        {
            await _storage!.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}

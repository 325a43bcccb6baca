using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using Xunit;

namespace ServerlessRosa.Core.Tests.Submissions;

public sealed class ReceiptMetadataTests
{
    private static readonly DateTimeOffset Now = new(2024, 5, 1, 10, 11, 12, TimeSpan.Zero);

    [Theory]
    [InlineData("uuid:1", "device", "Collect/2024")]
    [InlineData("ü \"'<&>\t\u2028 \ud83c\udf33", "\u0001", "")]
    [InlineData(null, null, null)]
    public void Receipt_metadata_round_trips(string? id, string? device, string? agent)
    {
        var note = Note(id ?? "x", device, agent) with { SyncToken = "0123456789abcdef", CaseBlocks = 3, IsEdit = true };
        var text = note.Write();
        Assert.All(text, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        Assert.Equal(note, BlobNote.Read<ReceiptMetadata>(new Dictionary<string, string> { ["Published"] = text }, "published"));
    }

    [Theory]
    [InlineData('a')]
    [InlineData('\ufffe')]
    [InlineData('"')]
    [InlineData('\u0001')]
    public void Two_metadata_entries_fit_whatever_the_length_of_their_texts(char c)
    {
        var note = Note(new string(c, InstanceId.MaxLength), new string(c, 255), new string(c, 255)) with
        {
            Draft = new string('d', 64),
            SyncToken = new string('t', 64),
        };
        var text = note.Write();
        Assert.InRange(text.Length, 1, BlobNote.MaxLength);
        Assert.Equal((note.Instance, note.SyncToken), (Read<ReceiptMetadata>(text)!.Instance, Read<ReceiptMetadata>(text)!.SyncToken));
    }

    [Fact]
    public void A_file_name_too_long_for_metadata_is_matched_by_its_hash()
    {
        foreach (var name in new[] { "ö 1.jpg", new string('ü', 20_000) })
        {
            var text = new FileNote(name, "md5", Now).Write();
            Assert.InRange(text.Length, 1, BlobNote.MaxLength);
            Assert.True(Read<FileNote>(text)!.IsFor(name));
            Assert.False(Read<FileNote>(text)!.IsFor(name + "x"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("bm90IGpzb24")]
    public void Foreign_metadata_is_ignored(string text) => Assert.Null(Read<ReceiptMetadata>(text));

    private static T? Read<T>(string text)
        where T : class => BlobNote.Read<T>(new Dictionary<string, string> { ["note"] = text }, "note");

    private static ReceiptMetadata Note(string id, string? device, string? agent) =>
        new(id, Now, Now.AddSeconds(3))
        {
            Submitter = 7,
            Device = device,
            Agent = agent,
        };
}

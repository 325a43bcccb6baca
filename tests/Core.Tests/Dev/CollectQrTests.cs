using System.IO.Compression;
using System.Text.Json;
using ServerlessRosa.Dev;
using Spectre.Console;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

public sealed class CollectQrTests
{
    private const string ServerUrl = "http://127.0.0.1:7071/v1/key/d1!E$/projects/1";

    [Fact, Clause("OR-285")]
    public void The_payload_inflates_to_the_settings_that_Collect_reads()
    {
        using var zlib = new ZLibStream(
            new MemoryStream(Convert.FromBase64String(CollectQr.Payload(ServerUrl, "Demo"))),
            CompressionMode.Decompress
        );
        using var settings = JsonDocument.Parse(zlib);
        var general = settings.RootElement.GetProperty("general");

        Assert.Equal(ServerUrl, general.GetProperty("server_url").GetString());
        Assert.Equal("match_exactly", general.GetProperty("form_update_mode").GetString());
        Assert.Equal("wifi_and_cellular", general.GetProperty("autosend").GetString());
        Assert.Equal("Demo", settings.RootElement.GetProperty("project").GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Object, settings.RootElement.GetProperty("admin").ValueKind);
    }

    [Fact]
    public void The_image_is_a_PNG()
    {
        var png = CollectQr.Png(CollectQr.Payload(ServerUrl, "Demo"));

        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
    }

    [Fact]
    public void A_text_line_of_the_QR_code_has_two_rows_of_modules()
    {
        var lines = CollectQr.HalfBlocks(CollectQr.Payload(ServerUrl, "Demo")).ToList();

        Assert.Equal((lines[0].Length + 1) / 2, lines.Count);
        Assert.All(lines, line => Assert.Equal(lines[0].Length, line.Length));
    }

    [Fact]
    public void Without_a_terminal_the_QR_code_is_not_printed()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(TextWriter.Null) });

        Assert.False(CollectQr.Fits(console, CollectQr.Payload(ServerUrl, "Demo")));
    }
}

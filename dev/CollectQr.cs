using System.IO.Compression;
using System.Text;
using System.Text.Json;
using QRCoder;
using Spectre.Console;

namespace ServerlessRosa.Dev;

/// <summary>The QR code that configures ODK Collect as an app user: base64 of the zlib-compressed settings.</summary>
internal static class CollectQr
{
    private const int PixelsPerModule = 8;

    public static string Payload(string serverUrl, string projectName)
    {
        var settings = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                general = new
                {
                    server_url = serverUrl,
                    form_update_mode = "match_exactly",
                    autosend = "wifi_and_cellular",
                },
                project = new { name = projectName },
                admin = new { },
            }
        );
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(settings);
        return Convert.ToBase64String(compressed.ToArray());
    }

    public static byte[] Png(string payload)
    {
        using var code = Encode(payload);
        using var png = new PngByteQRCode(code);
        return png.GetGraphic(PixelsPerModule);
    }

    /// <summary>Whether the QR code can be shown: on a terminal with colours that is wide enough.</summary>
    public static bool Fits(IAnsiConsole console, string payload) =>
        console.Profile.Capabilities is { Ansi: true, Unicode: true } && HalfBlocks(payload).First().Length < console.Profile.Width;

    /// <summary>Prints two rows of the code per line of text, black on white regardless of the terminal's colours.</summary>
    public static void Write(IAnsiConsole console, string payload)
    {
        var style = new Style(Color.Black, Color.White);
        foreach (var line in HalfBlocks(payload))
            console.WriteLine(line, style);
    }

    internal static IEnumerable<string> HalfBlocks(string payload)
    {
        using var code = Encode(payload);
        var rows = code.ModuleMatrix;
        for (var y = 0; y < rows.Count; y += 2)
        {
            var line = new StringBuilder(rows.Count);
            for (var x = 0; x < rows.Count; x++)
                line.Append(
                    (rows[y][x], y + 1 < rows.Count && rows[y + 1][x]) switch
                    {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        _ => ' ',
                    }
                );
            yield return line.ToString();
        }
    }

    private static QRCodeData Encode(string payload) => QRCodeGenerator.GenerateQrCode(payload, QRCodeGenerator.ECCLevel.L);
}

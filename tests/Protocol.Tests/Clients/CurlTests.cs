using System.Diagnostics;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>The lines of the manual, run by curl itself (OR-284).</summary>
public sealed class CurlTests
{
    [Theory]
    [InlineData("--basic")]
    [InlineData("--anyauth")]
    [Clause("OR-284"), Clause("OR-052")]
    public async Task Curl_signs_in_with_a_password_at_once_or_when_it_is_asked(string how)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (_, email, password) = await programme.WebUserAsync("formfill");
        var root = $"{programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority)}/v1{programme.Path}";
        string[] user = [how, "-u", $"{email}:{password}", "-H", "X-OpenRosa-Version: 1.0"];

        var (list, status) = await CurlAsync([.. user, $"{root}/formList"]);
        Assert.Equal("200", status);
        Assert.Contains($"<formID>{form}</formID>", list, StringComparison.Ordinal);
        Assert.Equal("200", (await CurlAsync([.. user, $"{root}/forms/{form}.xml"])).Status);

        var xml = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(xml, Samples.Submission(form, Samples.NewInstanceId()));
            var (envelope, sent) = await CurlAsync([.. user, "-F", $"xml_submission_file=@{xml};type=text/xml", $"{root}/submission"]);
            Assert.Equal("201", sent);
            Assert.Contains("full submission upload was successful!", envelope, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(xml);
        }
    }

    [Fact, Clause("OR-284"), Clause("OR-059")]
    public async Task Curl_submits_with_a_key_in_the_address()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var xml = Path.GetTempFileName();
        var photo = Path.GetTempFileName();
        try
        {
            var id = Samples.NewInstanceId();
            await File.WriteAllTextAsync(xml, Samples.Submission(form, id, photo: "a.jpg"));
            await File.WriteAllBytesAsync(photo, Samples.Bytes(3000));
            var (_, status) = await CurlAsync([
                "-H",
                "X-OpenRosa-Version: 1.0",
                "-F",
                $"xml_submission_file=@{xml};type=text/xml",
                "-F",
                $"a.jpg=@{photo}",
                $"{programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority)}/v1/key/{phone.Key}{programme.Path}/submission",
            ]);
            Assert.Equal("201", status);
            Assert.Equal(
                Samples.Bytes(3000),
                (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{id}/attachments/a.jpg")).Bytes
            );
        }
        finally
        {
            File.Delete(xml);
            File.Delete(photo);
        }
    }

    private static async Task<(string Text, string Status)> CurlAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            "curl",
            ["-s", "-g", "-m", "60", "-w", "\n%{http_code}", "-H", "X-Forwarded-Proto: https", .. arguments]
        )
        {
            RedirectStandardOutput = true,
        };
        using var curl = Process.Start(start)!;
        var output = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        var end = output.LastIndexOf('\n');
        return (output[..end], output[(end + 1)..]);
    }
}

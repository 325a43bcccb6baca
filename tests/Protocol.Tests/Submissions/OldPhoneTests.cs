using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Exports;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>XML of older phones: surrogate pairs as two references, and names of the fifth edition of XML 1.0.</summary>
public sealed class OldPhoneTests
{
    private const string Smile = "\U0001F60A";
    private const string Halves = "&#55357;&#56842;";

    [Fact, Clause("OR-194")]
    public async Task A_surrogate_pair_of_two_references_is_one_character_everywhere()
    {
        var inbox = await Inbox.OpenAsync();
        var xml = inbox.Submission("uuid:1", species: "oak X").Replace("X", Halves, StringComparison.Ordinal);
        await inbox.SendAsync(xml);
        await inbox.SendAsync(xml);

        Assert.Equal(xml, await inbox.XmlAsync("uuid:1"));
        Assert.Contains($",oak {Smile},", (await inbox.CsvAsync())[1], StringComparison.Ordinal);
        var row = (await inbox.ODataAsync("/Submissions")).GetProperty("value")[0];
        Assert.Equal($"oak {Smile}", row.GetProperty("species").GetString());

        var edit = inbox.Submission("uuid:2", species: "fir X", deprecatedId: "uuid:1").Replace("X", Halves, StringComparison.Ordinal);
        await inbox.SendAsync(edit);
        Assert.Contains($",fir {Smile},", (await inbox.CsvAsync())[1], StringComparison.Ordinal);

        var script = inbox.Submission("uuid:3", species: "X").Replace("X", Halves, StringComparison.Ordinal);
        (await inbox.Programme.Admin.PostXmlAsync(inbox.SubmissionsPath, script)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory, Clause("OR-194")]
    [InlineData("&#55357;"), InlineData("&#56842;"), InlineData("&#56842;&#55357;")]
    public async Task An_unpaired_surrogate_is_refused(string half)
    {
        var inbox = await Inbox.OpenAsync();
        (
            await inbox.PostAsync(inbox.Submission("uuid:1", species: "X").Replace("X", half, StringComparison.Ordinal))
        ).ShouldBeOpenRosaError(400, "as xml");
        await inbox.ShouldHoldNothingAsync();
    }

    [Fact, Clause("CC-091")]
    public async Task CommCare_s_receiver_reads_surrogate_pairs_too()
    {
        var desk = await CaseDesk.OpenAsync();
        var id = NewId();
        var form = desk.Form(
            null,
            Block(id, $"<n0:create><n0:case_type>t</n0:case_type><n0:case_name>{Halves}</n0:case_name></n0:create>")
        );
        (await desk.PostAsync(form)).ShouldBeSuccess();
        Assert.Equal(Smile, (await desk.CaseAsync(id)).Text("case_name"));
    }

    [Fact, Clause("OR-153"), Clause("OR-194")]
    public async Task Names_of_questions_may_be_in_any_script()
    {
        var inbox = await Inbox.OpenAsync(definition: id =>
            Samples.Form(id).Replace("species", "ስም", StringComparison.Ordinal).Replace("leaf", "\U00020BB7", StringComparison.Ordinal)
        );
        var xml = inbox
            .Submission("uuid:1", leaves: ["a.jpg"])
            .Replace("species", "ስም", StringComparison.Ordinal)
            .Replace("leaf", "\U00020BB7", StringComparison.Ordinal);
        await inbox.SendAsync(xml, ("a.jpg", Samples.Bytes(10), "image/jpeg"));

        Assert.Equal(xml, await inbox.XmlAsync("uuid:1"));
        Assert.Contains(",ስም,", (await inbox.CsvAsync())[0], StringComparison.Ordinal);
        Assert.Contains(",oak,", (await inbox.CsvAsync())[1], StringComparison.Ordinal);
        Assert.Equal(Samples.Bytes(10), await inbox.BytesAsync("uuid:1", "a.jpg"));
        var fields = (await inbox.Programme.Admin.GetAsync($"{inbox.Programme.FormPath(inbox.Form)}/fields")).Json;
        Assert.Equal(
            ["/ስም", "/plot/\U00020BB7"],
            fields
                .EnumerateArray()
                .Select(field => field.GetProperty("path").GetString()!)
                .Where(path => path.EndsWith('ም') || path.Length == 8)
        );
        Assert.Equal(Encoding.UTF8.GetByteCount(xml), Encoding.UTF8.GetByteCount(await inbox.XmlAsync("uuid:1")));
    }
}

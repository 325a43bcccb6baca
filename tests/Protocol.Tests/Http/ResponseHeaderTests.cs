using System.Globalization;
using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>What every OpenRosa answer has in common: headers and envelope (OR-010 to OR-021).</summary>
public sealed class ResponseHeaderTests
{
    [Fact, Clause("OR-011"), Clause("OR-013"), Clause("OR-014"), Clause("OR-015"), Clause("OR-018")]
    public async Task Every_successful_answer_has_the_OpenRosa_headers()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);

        foreach (
            var answer in new[]
            {
                (await phone.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK),
                (await phone.GetAsync($"{programme.FormPath(form)}/manifest")).ShouldBe(HttpStatusCode.OK),
                (await phone.HeadAsync($"{programme.Path}/submission")).ShouldBe(HttpStatusCode.NoContent),
            }
        )
        {
            ShouldHaveHeaders(answer);
        }

        var sent = await phone.PostAsync(
            $"{programme.Path}/submission",
            Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
        );
        ShouldHaveHeaders(sent.ShouldBe(HttpStatusCode.Created));
        Assert.Equal(("", "full submission upload was successful!", 0), sent.Envelope());
    }

    [Fact, Clause("OR-012"), Clause("OR-013"), Clause("OR-014"), Clause("OR-015"), Clause("OR-016"), Clause("OR-017")]
    public async Task Every_refusal_has_the_OpenRosa_headers_and_an_error_envelope()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var closed = await programme.PublishAsync();
        (await programme.Admin.PatchJsonAsync(programme.FormPath(closed), new { state = "closed" })).ShouldBe(HttpStatusCode.OK);
        var phone = await programme.AppUserAsync(form, closed);
        var submission = $"{programme.Path}/submission";

        foreach (
            var (answer, status) in new[]
            {
                (await phone.With("X-OpenRosa-Version", "0.9").GetAsync($"{programme.Path}/formList"), 400),
                (await phone.PostAsync(submission, new StringContent("nothing")), 400),
                (await phone.PostAsync(submission, Samples.Multipart("<data")), 400),
                (await Api.Anonymous(programme.Server).OpenRosa.GetAsync($"{programme.Path}/formList"), 401),
                (await phone.GetAsync($"{programme.FormPath(closed)}/manifest"), 403),
                (await phone.GetAsync($"{programme.FormPath("unheard of")}/manifest"), 404),
                (await phone.PostAsync(submission, Samples.Multipart(Samples.Submission(closed, Samples.NewInstanceId()))), 409),
            }
        )
        {
            ShouldHaveHeaders(answer.ShouldBeOpenRosaError(status, ""));
            Assert.NotEmpty(answer.Envelope().Message);
        }
    }

    [Fact, Clause("OR-019"), Clause("OR-020")]
    public async Task Client_text_is_escaped_and_the_document_is_well_formed_from_its_first_byte()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);

        const string version = "<script>\"&'</script>&amp;]]>";
        var refused = await phone.PostAsync(
            $"{programme.Path}/submission",
            Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId(), version))
        );
        Assert.Contains($"'{version}'", refused.ShouldBeOpenRosaError(404, "does not exist").Envelope().Message, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", refused.Text, StringComparison.Ordinal);

        foreach (
            var answer in new[]
            {
                refused,
                await phone.GetAsync($"{programme.Path}/formList"),
                await phone.GetAsync($"{programme.FormPath(form)}/manifest"),
            }
        )
        {
            Assert.Equal((byte)'<', answer.Bytes[0]);
            System.Xml.Linq.XDocument.Parse(answer.Text);
        }
    }

    [Fact, Clause("OR-003"), Clause("OR-019")]
    public async Task Characters_that_no_XML_document_can_hold_do_not_break_the_envelope()
    {
        var server = await Server.SharedAsync();
        foreach (var version in new[] { "\u0001", "\u001b[31m", "1.0\u007f", "\u00ef\u00bf\u00be" })
        {
            var answer = await RawHttp.SendAsync(server, "GET", "/v1/projects/1/formList", $"X-OpenRosa-Version: {version}");
            answer.ShouldBeOpenRosaError(400, "did not match the expected format");
        }
    }

    [Fact, Clause("OR-019"), Clause("OR-020")]
    public async Task A_name_with_control_characters_does_not_break_a_list()
    {
        var programme = await Programme.StartAsync();
        (await programme.Admin.PatchJsonAsync(programme.Path, new { name = "North\u0001 & <South>\ufffe" })).ShouldBe(HttpStatusCode.OK);
        var form = await programme.PublishAsync();
        (await programme.Admin.PatchJsonAsync(programme.FormPath(form), new { description = "old\u0000 trees\u0008" })).ShouldBe(
            HttpStatusCode.OK
        );
        var phone = await programme.AppUserAsync(form);

        var groups = System.Xml.Linq.XDocument.Parse((await phone.GetAsync("/formList")).ShouldBe(HttpStatusCode.OK).Text);
        Assert.Contains(
            groups.Descendants(),
            element => element.Name.LocalName == "name" && element.Value == "North\ufffd & <South>\ufffd"
        );
        var forms = System.Xml.Linq.XDocument.Parse(
            (await phone.GetAsync($"{programme.Path}/formList?verbose=true")).ShouldBe(HttpStatusCode.OK).Text
        );
        Assert.Contains(
            forms.Descendants(),
            element => element.Name.LocalName == "descriptionText" && element.Value == "old\ufffd trees\ufffd"
        );
    }

    [Theory]
    [InlineData("{\"name\":\"half a pair \\ud83c\"}")]
    [InlineData("{\"name\":\"\\udf33\\ud83c\"}")]
    public async Task Text_that_is_no_Unicode_is_refused(string json)
    {
        var admin = await Api.AdministratorAsync();
        (await admin.PostAsync("/projects", new StringContent(json, Encoding.UTF8, "application/json"))).ShouldBeProblem(400.1m);
        (
            await admin.PostAsync(
                "/sessions",
                new StringContent(json.Replace("name", "email", StringComparison.Ordinal), Encoding.UTF8, "application/json")
            )
        ).ShouldBeProblem(400.1m);
    }

    private static void ShouldHaveHeaders(Answer answer)
    {
        answer.ShouldBeOpenRosa();
        var date = Assert.IsType<string>(answer.Header("Date"));
        Assert.True(DateTimeOffset.TryParseExact(date, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), date);
    }
}

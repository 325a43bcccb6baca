using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

/// <summary>What clients say about themselves in headers and query parameters (OR-001 to OR-009).</summary>
public sealed class RequestHeaderTests
{
    [Fact, Clause("OR-001"), Clause("OR-002")]
    public async Task The_protocol_version_is_required_on_every_OpenRosa_path()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var draft = await programme.CreateDraftAsync();
        var phone = await programme.AppUserAsync(form);
        var tester = Api.WithDraftToken(programme.Server, await programme.DraftTokenAsync(draft));

        foreach (
            var (client, path, good) in new[]
            {
                (phone, "/formList", HttpStatusCode.OK),
                (phone, $"{programme.Path}/formList", HttpStatusCode.OK),
                (phone, $"{programme.FormPath(form)}/manifest", HttpStatusCode.OK),
                (phone, $"{programme.FormPath(form)}/versions/1/manifest", HttpStatusCode.OK),
                (phone, $"{programme.Path}/submission", HttpStatusCode.NoContent),
                (tester, $"{programme.FormPath(draft)}/draft/formList", HttpStatusCode.OK),
                (tester, $"{programme.FormPath(draft)}/draft/manifest", HttpStatusCode.OK),
                (tester, $"{programme.FormPath(draft)}/draft/submission", HttpStatusCode.NoContent),
            }
        )
        {
            (await client.With("X-OpenRosa-Version", "1.0").GetAsync(path)).ShouldBe(good);
            var refused = (await client.With("X-OpenRosa-Version", null).GetAsync(path)).ShouldBeOpenRosaError(
                400,
                "(X-OpenRosa-Version) did not match the expected format"
            );
            Assert.DoesNotContain("got:", refused.Text, StringComparison.Ordinal);
        }

        var posted = await phone
            .With("X-OpenRosa-Version", null)
            .PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())));
        posted.ShouldBeOpenRosaError(400, "(X-OpenRosa-Version) did not match the expected format");
    }

    [Theory, Clause("OR-003")]
    [InlineData("2.0")]
    [InlineData("1")]
    [InlineData("1.00")]
    [InlineData("1.0, 1.0")]
    public async Task Another_protocol_version_is_refused_and_named(string version)
    {
        var answer = await Api.Anonymous(await Server.SharedAsync()).With("X-OpenRosa-Version", version).GetAsync("/projects/1/formList");
        answer.ShouldBeOpenRosaError(400, $"(got: {version})");
    }

    [Fact, Clause("OR-004")]
    public async Task Blanks_around_the_protocol_version_do_no_harm()
    {
        var programme = await Programme.StartAsync();
        var key = (await programme.AppUserAsync()).Key;
        var answer = await RawHttp.SendAsync(
            programme.Server,
            "GET",
            $"/v1/key/{key}{programme.Path}/formList",
            "X-OpenRosa-Version: \t 1.0 \t "
        );
        answer.ShouldBe(HttpStatusCode.OK).ShouldBeOpenRosa();
    }

    [Fact, Clause("OR-005")]
    public async Task The_protocol_version_is_checked_before_the_credentials()
    {
        var anonymous = Api.Anonymous(await Server.SharedAsync());
        (await anonymous.GetAsync("/projects/1/formList")).ShouldBeOpenRosaError(400, "X-OpenRosa-Version");
        (await anonymous.With("Authorization", "Basic bm9ib2R5Om5vdGhpbmc=").PostAsync("/projects/1/submission")).ShouldBeOpenRosaError(
            400,
            "X-OpenRosa-Version"
        );
        (await anonymous.OpenRosa.GetAsync("/projects/1/formList")).ShouldBeOpenRosaError(
            401,
            "Could not authenticate with the provided credentials"
        );
    }

    [Fact, Clause("OR-006")]
    public async Task Form_XML_and_media_need_no_protocol_version()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = (await programme.AppUserAsync(form)).With("X-OpenRosa-Version", null);

        var xml = (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("application/xml; charset=utf-8", xml.Header("Content-Type"));
        Assert.Null(xml.Header("X-OpenRosa-Version"));
        (await phone.GetAsync($"{programme.FormPath(form)}/attachments/leaf.png")).ShouldBe(HttpStatusCode.OK);
        (await phone.With("X-OpenRosa-Version", "7").GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory, Clause("OR-007")]
    [InlineData(null)]
    [InlineData("Mon, 14 Feb 2011 04:48:15 GMT")]
    [InlineData("yesterday, about noon")]
    public async Task The_Date_header_of_a_request_is_ignored(string? date)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = (await programme.AppUserAsync(form)).With("Date", date);

        (await phone.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
        (
            await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())))
        ).ShouldBe(HttpStatusCode.Created);
    }

    [Theory, Clause("OR-008")]
    [InlineData("fr-CA, fr;q=0.8")]
    [InlineData("*")]
    [InlineData("no language at all;;q=9")]
    public async Task Accept_Language_changes_nothing(string language)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);

        var plain = (await phone.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
        var asked = (await phone.With("Accept-Language", language).GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(plain.Text, asked.Text);
        Assert.Equal("en", asked.Header("Content-Language"));
    }

    [Fact, Clause("OR-009")]
    public async Task Unknown_query_parameters_are_ignored()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);

        foreach (
            var path in new[]
            {
                $"{programme.Path}/formList",
                $"{programme.FormPath(form)}/manifest",
                $"{programme.Path}/submission",
                $"{programme.FormPath(form)}.xml",
                $"{programme.FormPath(form)}/attachments/leaf.png",
            }
        )
        {
            var plain = await phone.GetAsync(path);
            var decorated = await phone.GetAsync($"{path}?deviceID=collect%3Aabc&wind=%C3%A9&wind=2&&=x&%zz");
            Assert.Equal((plain.Status, plain.Text), (decorated.Status, decorated.Text));
            Assert.True((int)plain.Status < 300, $"{path}: {plain.Text}");
        }
    }

    [Fact, Clause("OR-010")]
    public async Task A_client_that_asks_for_items_gets_them_counted()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);

        foreach (var (query, items) in new[] { ("", 0), ("?items=false", 0), ("?items=true", 1) })
        {
            var answer = await phone.PostAsync(
                $"{programme.Path}/submission{query}",
                Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
            );
            var envelope = System.Xml.Linq.XDocument.Parse(answer.ShouldBe(HttpStatusCode.Created).Text).Root!;
            Assert.Equal(items, answer.Envelope().Items);
            Assert.Equal(items, envelope.Elements().Skip(1).Count());
        }
        Assert.Equal(
            0,
            (await phone.GetAsync("/projects/1/forms/none/manifest?items=true")).ShouldBe(HttpStatusCode.NotFound).Envelope().Items
        );
    }
}

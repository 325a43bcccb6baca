using System.Net;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>Whole conversations, as the clients in the field hold them (OR-280 to OR-285).</summary>
public sealed class ClientSequenceTests
{
    private static readonly XNamespace List = "http://openrosa.org/xforms/xformsList";
    private static readonly XNamespace Manifest = "http://openrosa.org/xforms/xformsManifest";

    [Fact, Clause("OR-280")]
    public async Task Collect_with_a_key_follows_the_addresses_and_sends_what_it_filled_in()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);
        const string device = "?deviceID=collect%3AxYz0123456789abc";

        var (xml, picture) = await DownloadAsync(phone, $"{programme.Path}/formList{device}", device);
        Assert.Contains($"id=\"{form}\"", xml.Text, StringComparison.Ordinal);
        Assert.Equal(Samples.Bytes(500), picture.Bytes);

        (await phone.HeadAsync($"{programme.Path}/submission{device}")).ShouldBe(HttpStatusCode.NoContent);
        var id = Samples.NewInstanceId();
        var sent = await phone.PostAsync(
            $"{programme.Path}/submission{device}",
            Samples.Multipart(Samples.Submission(form, id, photo: "1.jpg"), ("1.jpg", Samples.Bytes(2000), "image/jpeg"))
        );
        sent.ShouldBe(HttpStatusCode.Created).ShouldBeOpenRosa();
        var stored = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{id}")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal("collect:xYz0123456789abc", stored.GetProperty("deviceId").GetString());
    }

    [Fact, Clause("OR-281")]
    public async Task Collect_with_a_name_and_a_password_sends_them_only_where_it_is_asked()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var (_, email, password) = await programme.WebUserAsync("formfill");
        var phone = new OnChallenge(Api.Anonymous(programme.Server).OpenRosa, Api.WithBasic(programme.Server, email, password).OpenRosa);

        var list = (await phone.SendAsync(api => api.GetAsync($"{programme.Path}/formList")))
            .ShouldBe(HttpStatusCode.OK)
            .ShouldBeOpenRosa();
        var entry = Assert.Single(XDocument.Parse(list.Text).Root!.Elements(List + "xform"));
        var manifest = (await phone.SendAsync(api => api.GetAsync(entry.Element(List + "manifestUrl")!.Value))).ShouldBe(HttpStatusCode.OK);
        (await phone.SendAsync(api => api.GetAsync(entry.Element(List + "downloadUrl")!.Value))).ShouldBe(HttpStatusCode.OK);
        var picture = XDocument.Parse(manifest.Text).Root!.Element(Manifest + "mediaFile")!.Element(Manifest + "downloadUrl")!.Value;
        (await phone.SendAsync(api => api.GetAsync(picture))).ShouldBe(HttpStatusCode.OK);
        (await phone.SendAsync(api => api.HeadAsync($"{programme.Path}/submission"))).ShouldBe(HttpStatusCode.NoContent);
        var id = Samples.NewInstanceId();
        (
            await phone.SendAsync(api => api.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, id))))
        ).ShouldBe(HttpStatusCode.Created);

        // Every one of the six was asked for first, as this client answers challenges and nothing else.
        Assert.Equal(6, phone.Challenges);
        Assert.Single(
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray()
        );
    }

    [Fact, Clause("OR-282"), Clause("OR-283")]
    public async Task Enketo_answers_the_challenge_finds_its_form_and_submits()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        await programme.PublishAsync(id: form + "-2");
        var (_, email, password) = await programme.WebUserAsync("formfill");
        var anonymous = Api.Anonymous(programme.Server).OpenRosa.With("Cookie", "__csrf=of-enketo; ARRAffinity=1");
        var enketo = Api.WithBasic(programme.Server, email, password).OpenRosa;

        var formList = $"{programme.Path}/formList?formID={Uri.EscapeDataString(form)}";
        ShouldChallenge(await anonymous.HeadAsync(formList));
        (await enketo.HeadAsync(formList)).ShouldBe(HttpStatusCode.OK);
        var (xml, picture) = await DownloadAsync(enketo, formList, "");
        Assert.Contains($"id=\"{form}\"", xml.Text, StringComparison.Ordinal);
        Assert.Equal(Samples.Bytes(500), picture.Bytes);

        ShouldChallenge(await anonymous.HeadAsync($"{programme.Path}/submission"));
        var maximum = (await enketo.HeadAsync($"{programme.Path}/submission"))
            .ShouldBe(HttpStatusCode.NoContent)
            .Header("X-OpenRosa-Accept-Content-Length");
        Assert.Equal("100000000", maximum);
        var id = Samples.NewInstanceId();
        (await enketo.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, id)))).ShouldBe(
            HttpStatusCode.Created
        );
    }

    private static void ShouldChallenge(Answer answer)
    {
        answer.ShouldBe(HttpStatusCode.Unauthorized);
        var challenge = Assert.Single(answer.Headers.WwwAuthenticate);
        Assert.Equal(("Basic", "realm=\"ODK\", charset=\"UTF-8\""), (challenge.Scheme, challenge.Parameter));
    }

    // From the list to the XML and the first picture of its only form, by the addresses in the answers.
    private static async Task<(Answer Xml, Answer Picture)> DownloadAsync(Api client, string formList, string query)
    {
        var list = (await client.GetAsync(formList)).ShouldBe(HttpStatusCode.OK).ShouldBeOpenRosa();
        var entry = Assert.Single(XDocument.Parse(list.Text).Root!.Elements(List + "xform"));
        var xml = (await client.GetAsync(entry.Element(List + "downloadUrl")!.Value + query)).ShouldBe(HttpStatusCode.OK);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(xml.Bytes));
        Assert.Equal($"md5:{hash}", entry.Element(List + "hash")!.Value);

        var manifest = (await client.GetAsync(entry.Element(List + "manifestUrl")!.Value + query))
            .ShouldBe(HttpStatusCode.OK)
            .ShouldBeOpenRosa();
        var file = Assert.Single(XDocument.Parse(manifest.Text).Root!.Elements(Manifest + "mediaFile"));
        return (xml, (await client.GetAsync(file.Element(Manifest + "downloadUrl")!.Value + query)).ShouldBe(HttpStatusCode.OK));
    }

    /// <summary>Knows a password, but gives it only in answer to a challenge, and only over HTTPS.</summary>
    private sealed class OnChallenge(Api without, Api with)
    {
        public int Challenges { get; private set; }

        public async Task<Answer> SendAsync(Func<Api, Task<Answer>> send)
        {
            var first = await send(without);
            if (first.Status != HttpStatusCode.Unauthorized || !first.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Basic"))
            {
                return first;
            }
            Challenges++;
            return await send(with);
        }
    }
}

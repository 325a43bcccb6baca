using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Form ids are free text: every address that carries one must bring it back as it was.</summary>
public sealed class FormAddressTests
{
    public static TheoryData<string> Ids =>
        [
            "a.b.c",
            "with space",
            "a/b",
            "a//b/",
            "#1?x=y",
            "100%",
            "%25",
            "a+b&c=d",
            "árbol 🌳",
            "森",
            "draft",
            "x/draft",
            "x;y,z@~!*'()",
            "back\\slash",
            "it's <b>\"bold\"</b>",
            "submissions",
            new string('é', 249),
            "dot.",
        ];

    [Theory, Clause("OR-117"), Clause("OR-095"), Clause("OR-096"), Clause("OR-150")]
    [MemberData(nameof(Ids))]
    [Trait("Needs", "FrontEnd")]
    public async Task A_form_with_any_id_can_be_reached_at_every_address(string id)
    {
        var programme = await Programme.StartAsync();
        await programme.DraftAsync(Samples.Form(id, pictures: "leaf.png"), id);
        (await programme.PutFileAsync(id, "leaf.png", Samples.Bytes(10), "image/png")).ShouldBe(HttpStatusCode.OK);
        var token = await programme.DraftTokenAsync(id);
        await CheckAsync(Api.WithDraftToken(programme.Server, token), $"{programme.FormPath(id)}/draft/formList", id, "1");
        await SubmitAsync(Api.WithDraftToken(programme.Server, token), $"{programme.FormPath(id)}/draft/submission", id);

        (await programme.PublishDraftAsync(id)).ShouldBe(HttpStatusCode.OK);
        var phone = await programme.AppUserAsync(id);
        await CheckAsync(phone, $"{programme.Path}/formList?formID={Uri.EscapeDataString(id)}", id, "1");
        await SubmitAsync(phone, $"{programme.Path}/submission", id);

        (await programme.ReplaceDraftAsync(id, Samples.Form(id, id, pictures: "leaf.png"))).ShouldBe(HttpStatusCode.OK);
        await CheckAsync(programme.Admin.OpenRosa, $"{programme.FormPath(id)}/draft/formList", id, id);
        (await programme.PublishDraftAsync(id)).ShouldBe(HttpStatusCode.OK);
        await programme.PublishVersionAsync(id, "3", "leaf.png");
        var list = (await phone.GetAsync($"{programme.Path}/formList?listAllVersions=1")).FormList();
        Assert.Equal(["3", id, "1"], list.Select(form => form.Version));
        Assert.All(list, form => Assert.Equal(id, form.FormId));
        await DownloadAsync(phone, list[1]);

        await programme.SetStateAsync(id, "closing");
        Assert.Equal(
            id,
            (await programme.Admin.GetAsync(programme.FormPath(id))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("xmlFormId").GetString()
        );
    }

    private static async Task CheckAsync(Api client, string listPath, string id, string version)
    {
        var listed = Assert.Single((await client.GetAsync(listPath)).FormList());
        Assert.Equal((id, version), (listed.FormId, listed.Version));
        await DownloadAsync(client, listed);
    }

    // The addresses are followed as they stand, by a client that reads URIs strictly.
    private static async Task DownloadAsync(Api client, ListedForm listed)
    {
        Assert.Matches("^http://[A-Za-z0-9.:]+(/([A-Za-z0-9._~!$'()*-]|%[0-9A-F]{2})+)+$", listed.DownloadUrl);
        var xml = (await client.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(listed.Hash, "md5:" + ProgrammeForms.Md5(xml.Bytes));
        var file = Assert.Single((await client.GetAsync(listed.ManifestUrl!)).Manifest());
        Assert.Equal(Samples.Bytes(10), (await client.GetAsync(file.DownloadUrl)).ShouldBe(HttpStatusCode.OK).Bytes);
    }

    private static async Task SubmitAsync(Api client, string path, string id) =>
        (await client.PostAsync(path, Samples.Multipart(Samples.Submission(id, Samples.NewInstanceId())))).ShouldBe(HttpStatusCode.Created);
}

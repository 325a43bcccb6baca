using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Trying a draft out on a phone, with the draft's token and with an account.</summary>
public sealed class DraftTestingTests
{
    private const string WrongToken = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Fact, Clause("OR-242"), Clause("OR-126"), Clause("OR-244")]
    public async Task The_draft_s_list_names_the_draft_alone_with_addresses_that_carry_the_token()
    {
        var (programme, form, tester) = await DraftAsync("leaf.png");
        (await programme.PutFileAsync(form, "leaf.png", Samples.Bytes(10), "image/png")).ShouldBe(HttpStatusCode.OK);
        await programme.PublishAsync();

        foreach (var query in new[] { "", "?formID=other", "?deviceID=x" })
        {
            var listed = Assert.Single((await tester.GetAsync($"{programme.FormPath(form)}/draft/formList{query}")).FormList());
            Assert.Equal((form, "2"), (listed.FormId, listed.Version));
            Assert.Equal(tester.Address($"{programme.FormPath(form)}/draft.xml"), listed.DownloadUrl);
            Assert.Equal(tester.Address($"{programme.FormPath(form)}/draft/manifest"), listed.ManifestUrl);
            var xml = (await tester.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(listed.Hash, "md5:" + ProgrammeForms.Md5(xml.Bytes));
            var file = Assert.Single((await tester.GetAsync(listed.ManifestUrl!)).Manifest());
            Assert.Equal(Samples.Bytes(10), (await tester.GetAsync(file.DownloadUrl)).ShouldBe(HttpStatusCode.OK).Bytes);
        }
    }

    [Fact, Clause("OR-243"), Clause("OR-244"), Clause("OR-246"), Clause("OR-247")]
    public async Task A_wrong_token_and_that_of_a_published_or_deleted_draft_are_refused()
    {
        var (programme, published, ofPublished) = await DraftAsync("leaf.png");
        (await programme.PublishDraftAsync(published)).ShouldBe(HttpStatusCode.OK);
        var (other, deleted, ofDeleted) = await DraftAsync("leaf.png");
        (await other.Admin.DeleteAsync($"{other.FormPath(deleted)}/draft")).ShouldBe(HttpStatusCode.OK);
        var (third, form, _) = await DraftAsync("leaf.png");
        var (fourth, otherForm, ofOther) = await DraftAsync("leaf.png");

        foreach (
            var (tester, path) in new[]
            {
                (ofPublished, programme.FormPath(published)),
                (ofDeleted, other.FormPath(deleted)),
                (ofOther, third.FormPath(form)),
                (Api.WithDraftToken(third.Server, WrongToken), third.FormPath(form)),
                (Api.WithDraftToken(third.Server, "short"), third.FormPath(form)),
                (ofOther, fourth.FormPath("nothing")),
                (ofOther, $"/projects/2000000000/forms/{otherForm}"),
            }
        )
        {
            (await tester.GetAsync($"{path}/draft/formList")).ShouldBeOpenRosaError(
                404,
                "does not exist anymore or your access is no longer valid"
            );
            (await tester.GetAsync($"{path}/draft/manifest")).ShouldBeOpenRosaError(404, "Could not find the resource");
            (await tester.GetAsync($"{path}/draft.xml")).ShouldBeProblem(404.1m);
            (await tester.GetAsync($"{path}/draft/attachments/leaf.png")).ShouldBeProblem(404.1m);
            (await tester.GetAsync($"{path}/draft/submission")).ShouldBeOpenRosaError(404, "does not exist anymore");
            (await tester.HeadAsync($"{path}/draft/submission")).ShouldBe(HttpStatusCode.NotFound);
            var sent = await tester.PostAsync(
                $"{path}/draft/submission",
                Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
            );
            sent.ShouldBeOpenRosaError(404, "Could not find the resource");
        }
    }

    [Fact, Clause("OR-245"), Clause("OR-249"), Clause("OR-251")]
    public async Task A_test_submission_is_stored_with_the_draft_and_has_no_submitter()
    {
        var (programme, form, tester) = await DraftAsync();
        await programme.SetStateAsync(form, "closed");
        (await tester.HeadAsync($"{programme.FormPath(form)}/draft/submission")).ShouldBe(HttpStatusCode.NoContent).ShouldBeOpenRosa();

        foreach (var version in new[] { "2", "1", "unheard-of", null })
        {
            var id = Samples.NewInstanceId();
            var sent = await tester.PostAsync(
                $"{programme.FormPath(form)}/draft/submission?deviceID=test",
                Samples.Multipart(Samples.Submission(form, id, version, photo: "a.jpg"), ("a.jpg", Samples.Bytes(10), "image/jpeg"))
            );
            Assert.Equal(
                "full submission upload was successful!",
                sent.ShouldBe(HttpStatusCode.Created).ShouldBeOpenRosa().Envelope().Message
            );

            var kept = await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/submissions/{Uri.EscapeDataString(id)}");
            Assert.Equal(
                ("null", "\"test\""),
                (
                    kept.ShouldBe(HttpStatusCode.OK).Json.GetProperty("submitterId").GetRawText(),
                    kept.Json.GetProperty("deviceId").GetRawText()
                )
            );
            var photo = await programme.Admin.GetAsync(
                $"{programme.FormPath(form)}/draft/submissions/{Uri.EscapeDataString(id)}/attachments/a.jpg"
            );
            Assert.Equal(Samples.Bytes(10), photo.ShouldBe(HttpStatusCode.OK).Bytes);
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(id)}")).ShouldBeProblem(404.1m);
        }
        Assert.Equal(4, await CountAsync(programme, form, "/draft"));
        Assert.Equal(0, await CountAsync(programme, form, ""));
    }

    [Fact, Clause("OR-248")]
    public async Task The_form_named_in_the_XML_must_be_the_one_in_the_address()
    {
        var (programme, form, tester) = await DraftAsync();
        var other = await programme.DraftAsync();
        var sent = await tester.PostAsync(
            $"{programme.FormPath(form)}/draft/submission",
            Samples.Multipart(Samples.Submission(other, Samples.NewInstanceId()))
        );
        sent.ShouldBeOpenRosaError(400, "did not match the form ID in the URL");
        var own = await programme.Admin.OpenRosa.PostAsync(
            $"{programme.FormPath(form)}/draft/submission",
            Samples.Multipart(Samples.Submission(other, Samples.NewInstanceId()))
        );
        own.ShouldBeOpenRosaError(400, "did not match the form ID in the URL");
    }

    [Fact, Clause("OR-250")]
    public async Task One_instance_id_may_be_sent_to_the_draft_and_to_the_form()
    {
        var (programme, form, tester) = await DraftAsync();
        var id = Samples.NewInstanceId();
        (
            await tester.PostAsync(
                $"{programme.FormPath(form)}/draft/submission",
                Samples.Multipart(Samples.Submission(form, id, species: "oak"))
            )
        ).ShouldBe(HttpStatusCode.Created);
        (
            await programme.Admin.OpenRosa.PostAsync(
                $"{programme.Path}/submission",
                Samples.Multipart(Samples.Submission(form, id, species: "elm"))
            )
        ).ShouldBe(HttpStatusCode.Created);
        (
            await tester.PostAsync(
                $"{programme.FormPath(form)}/draft/submission",
                Samples.Multipart(Samples.Submission(form, id, species: "ash"))
            )
        ).ShouldBeOpenRosaError(409, "different XML");
        Assert.Equal((1, 1), (await CountAsync(programme, form, ""), await CountAsync(programme, form, "/draft")));
    }

    [Fact, Clause("OR-252"), Clause("OR-253")]
    public async Task Replacing_the_draft_keeps_its_token_and_drops_its_submissions()
    {
        var (programme, form, tester) = await DraftAsync();
        async Task SendAsync(string id) =>
            (
                await tester.PostAsync($"{programme.FormPath(form)}/draft/submission", Samples.Multipart(Samples.Submission(form, id)))
            ).ShouldBe(HttpStatusCode.Created);
        var id = Samples.NewInstanceId();
        await SendAsync(id);
        await SendAsync(Samples.NewInstanceId());
        Assert.Equal(2, await CountAsync(programme, form, "/draft"));

        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "3"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(0, await CountAsync(programme, form, "/draft"));
        Assert.Equal("3", Assert.Single((await tester.GetAsync($"{programme.FormPath(form)}/draft/formList")).FormList()).Version);
        await SendAsync(id);
        Assert.Equal(1, await CountAsync(programme, form, "/draft"));

        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(0, await CountAsync(programme, form, ""));
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "4"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(0, await CountAsync(programme, form, "/draft"));
        (await tester.GetAsync($"{programme.FormPath(form)}/draft/formList")).ShouldBeOpenRosaError(404, "does not exist anymore");
    }

    [Fact, Clause("OR-253")]
    public async Task The_token_is_shown_while_there_is_a_draft()
    {
        var (programme, form, _) = await DraftAsync();
        var token = await programme.DraftTokenAsync(form);
        Assert.Matches("^[A-Za-z0-9!$]{64}$", token);
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "3"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(token, await programme.DraftTokenAsync(form));
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            JsonValueKind.Null,
            (await programme.Admin.GetAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("draftToken").ValueKind
        );
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.NotEqual(token, await programme.DraftTokenAsync(form));
    }

    [Fact, Clause("OR-254"), Clause("OR-255")]
    public async Task Form_editors_test_its_draft_without_the_token()
    {
        var (programme, form, _) = await DraftAsync("leaf.png");
        (await programme.PutFileAsync(form, "leaf.png", Samples.Bytes(10), "image/png")).ShouldBe(HttpStatusCode.OK);
        var manager = (await programme.WebUserAsync("manager")).Api.OpenRosa;

        var listed = Assert.Single((await manager.GetAsync($"{programme.FormPath(form)}/draft/formList")).FormList());
        Assert.Equal(manager.Address($"{programme.FormPath(form)}/draft.xml"), listed.DownloadUrl);
        (await manager.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("leaf.png", Assert.Single((await manager.GetAsync(listed.ManifestUrl!)).Manifest()).Name);
        (await manager.HeadAsync($"{programme.FormPath(form)}/draft/submission")).ShouldBe(HttpStatusCode.NoContent);
        (
            await manager.PostAsync(
                $"{programme.FormPath(form)}/draft/submission",
                Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
            )
        ).ShouldBe(HttpStatusCode.Created);
        Assert.Equal(1, await CountAsync(programme, form, "/draft"));
    }

    [Fact, Clause("OR-254"), Clause("OR-255"), Clause("OR-075")]
    public async Task Other_callers_cannot_test_drafts_without_token()
    {
        var (programme, form, _) = await DraftAsync("leaf.png");
        var phone = await programme.AppUserAsync(form);
        foreach (
            var client in new[]
            {
                phone,
                (await programme.WebUserAsync("viewer")).Api.OpenRosa,
                (await programme.WebUserAsync()).Api.OpenRosa,
            }
        )
        {
            // A key has no path to drafts at all.
            var isPhone = client == phone;
            (await client.GetAsync($"{programme.FormPath(form)}/draft/manifest")).ShouldBe(
                isPhone ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden
            );
            (await client.GetAsync($"{programme.FormPath(form)}/draft/formList")).ShouldBe(
                isPhone ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden
            );
        }
        var viewer = (await programme.WebUserAsync("viewer")).Api.OpenRosa;
        (await viewer.HeadAsync($"{programme.FormPath(form)}/draft/submission")).ShouldBe(HttpStatusCode.NoContent);
        var sent = await viewer.PostAsync(
            $"{programme.FormPath(form)}/draft/submission",
            Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
        );
        sent.ShouldBeOpenRosaError(401, "Could not authenticate");
        (
            await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(await programme.PublishAsync())}/draft/formList")
        ).ShouldBeOpenRosaError(404, "Could not find");
    }

    // A published form (version 1) with a draft (version 2).
    private static async Task<(Programme Programme, string Form, Api Tester)> DraftAsync(params string[] pictures)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2", pictures: pictures))).ShouldBe(HttpStatusCode.OK);
        return (programme, form, Api.WithDraftToken(programme.Server, await programme.DraftTokenAsync(form)));
    }

    private static async Task<int> CountAsync(Programme programme, string form, string below) =>
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}{below}/submissions"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetArrayLength();
}

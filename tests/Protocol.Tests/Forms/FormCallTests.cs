using System.Net;
using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

public sealed class FormCallTests
{
    [Fact, Clause("OR-261")]
    public async Task The_hash_of_a_created_form_is_that_of_the_form_list()
    {
        var programme = await Programme.StartAsync();
        var xml = Samples.Form(Samples.Unique("trees"));

        var created = (await programme.Admin.PostXmlAsync($"{programme.Path}/forms?publish=true", xml)).ShouldBe(HttpStatusCode.OK).Json;

        var hash = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(xml)));
        Assert.Equal(hash, created.GetProperty("hash").GetString());
        Assert.Contains(
            $"<hash>md5:{hash}</hash>",
            (await programme.Admin.OpenRosa.GetAsync($"{programme.Path}/formList")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact, Clause("OR-157")]
    public async Task The_id_of_a_form_in_the_trash_is_taken_again_only_on_purpose()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.Admin.DeleteAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK);

        var refusal = (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(form, "2")))
            .ShouldBeProblem(400.16m)
            .Json;
        var warning = refusal.GetProperty("details").GetProperty("warnings").GetProperty("workflowWarnings").EnumerateArray().Single();
        Assert.Equal("deletedFormExists", warning.GetProperty("type").GetString());
        Assert.Equal(form, warning.GetProperty("details").GetProperty("xmlFormId").GetString());

        (await programme.Admin.PostXmlAsync($"{programme.Path}/forms?ignoreWarnings=true", Samples.Form(form, "2"))).ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task A_form_takes_submissions_as_soon_as_another_instance_has_published_it()
    {
        var programme = await Programme.StartAsync();
        var other = await Processes.RememberingAsync();
        var form = Samples.Unique("trees");
        (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(form))).ShouldBe(HttpStatusCode.OK);
        var phone = (await programme.AppUserAsync(form)).At(other);
        (await programme.Admin.At(other).GetAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK);

        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/draft/publish")).ShouldBe(HttpStatusCode.OK);

        (
            await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())))
        ).ShouldBe(HttpStatusCode.Created);
    }

    [Theory, Clause("OR-262")]
    [InlineData("shut")]
    [InlineData("Open")]
    [InlineData("")]
    public async Task An_invalid_form_state_is_refused(string state)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();

        (await programme.Admin.PatchJsonAsync(programme.FormPath(form), new { state })).ShouldBeProblem(400.8m, "state");

        Assert.Equal("open", (await programme.Admin.GetAsync(programme.FormPath(form))).Json.GetProperty("state").GetString());
    }
}

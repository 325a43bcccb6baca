using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Http;

public sealed class RefusalShapeTests
{
    [Fact, Clause("OR-272")]
    public async Task A_refusal_has_a_message_a_numeric_code_and_its_details()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();

        var refusal = (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(form)))
            .ShouldBe(HttpStatusCode.Conflict)
            .Json;

        Assert.Equal(["message", "code", "details"], refusal.EnumerateObject().Select(member => member.Name));
        Assert.Equal("409.3", refusal.GetProperty("code").GetRawText());
        var details = refusal.GetProperty("details");
        Assert.Equal(["projectId", "xmlFormId"], details.GetProperty("fields").EnumerateArray().Select(field => field.GetString()));
        Assert.All(details.GetProperty("values").EnumerateArray(), value => Assert.Equal(JsonValueKind.String, value.ValueKind));
    }

    [Fact, Clause("OR-109")]
    public async Task Without_the_version_header_no_pre_OpenRosa_list_is_served()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();

        var refusal = (await programme.Admin.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(400, "(X-OpenRosa-Version)");

        Assert.DoesNotContain(form, refusal.Text, StringComparison.Ordinal);
    }

    [Fact, Clause("OR-272")]
    public async Task A_refusal_without_details_omits_the_member()
    {
        var refusal = (await (await Api.AdministratorAsync()).GetAsync("/projects/2000000000")).ShouldBe(HttpStatusCode.NotFound).Json;

        Assert.Equal(["message", "code"], refusal.EnumerateObject().Select(member => member.Name));
    }
}

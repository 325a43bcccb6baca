using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>What CommCare's receiver accepts and answers (CC-085 to CC-106).</summary>
public sealed class ReceiverTests
{
    [Theory]
    [InlineData("/receiver/"), InlineData("/receiver"), InlineData("/receiver/app1/"), InlineData("/receiver/app1")]
    [
        InlineData("/receiver/secure/"),
        InlineData("/receiver/secure"),
        InlineData("/receiver/secure/app1/"),
        InlineData("/receiver/secure/app1")
    ]
    [InlineData("/receiver/submission/"), InlineData("/receiver/api/?authtype=basic&unheard-of=1")]
    [Clause("CC-085"), Clause("CC-086"), Clause("CC-088"), Clause("CC-101")]
    public async Task A_form_is_accepted_at_every_receiver_URL_as_XML_or_multipart(string path)
    {
        var desk = await CaseDesk.OpenAsync();
        var ids = new[] { Guid.NewGuid().ToString(), $"uuid:{Guid.NewGuid()}" };
        var whole = (
            await desk.Worker.Phone.PostAsync(
                desk.Domain.At(path),
                ReceiverChecks.Raw(desk.Form(ids[0]), "application/x-www-form-urlencoded")
            )
        ).ShouldBeSuccess();
        var parts = (await desk.PostAsync(desk.Form(ids[1]), path: path)).ShouldBeSuccess();
        Assert.Equal(ids, new[] { whole, parts }.Select(answer => answer.Header("X-CommCareHQ-FormID")));
        Assert.Equal(desk.Worker.Phone.Server.BaseUrl.GetLeftPart(UriPartial.Authority), whole.Header("Location"));
        Assert.Equal("1.0", whole.Header("X-OpenRosa-Version"));
        foreach (var id in ids)
        {
            Assert.Equal(desk.Xmlns, (await desk.FindFormAsync(id)).ShouldBe(HttpStatusCode.OK).Json.Text("xmlns"));
        }
        var nobody = (
            await Api.Anonymous(desk.Worker.Phone.Server).PostAsync(desk.Domain.At(path), ReceiverChecks.Raw(desk.Form(null)))
        ).ShouldBe(HttpStatusCode.Unauthorized);
        Assert.StartsWith("Basic ", nobody.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(
            "POST",
            (await desk.Worker.Phone.GetAsync(desk.Domain.At(path))).ShouldBe(HttpStatusCode.MethodNotAllowed).Header("Allow")
        );
    }

    [Fact, Clause("CC-084")]
    public async Task Meta_is_found_by_its_local_name_and_a_form_without_it_gets_an_id()
    {
        var desk = await CaseDesk.OpenAsync();
        var id = NewId();
        var bare = $"<d xmlns='{desk.Xmlns}'>{Block(id, "<n0:update><n0:x>1</n0:x></n0:update>", user: "u7")}</d>";
        Assert.NotEmpty((await desk.PostAsync(bare)).ShouldBeSuccess().Header("X-CommCareHQ-FormID")!);
        Assert.Equal("u7", (await desk.CaseAsync(id)).Text("owner_id"));
        var old = $"<d xmlns='{desk.Xmlns}'><x:Meta xmlns:x='http://openrosa.org/jr/xforms'><x:uid>old-1</x:uid></x:Meta></d>";
        Assert.Equal("old-1", (await desk.PostAsync(old)).ShouldBeSuccess().Header("X-CommCareHQ-FormID"));
    }

    /// <summary>Phones that register users by themselves belong to an older CommCare. Today's keeps what they send as a form.</summary>
    [Fact, Clause("CC-147"), Clause("CC-148")]
    public async Task A_registration_is_kept_as_a_form_and_makes_no_account()
    {
        var desk = await CaseDesk.OpenAsync();
        var name = Samples.Unique("mealz").ToLowerInvariant();
        var registration =
            "<n0:registration xmlns:n0='http://openrosa.org/user/registration'>"
            + $"<username>{name}</username><password>1988</password><uuid>P8DU7OLHVLZXU21JR10H3W8J2</uuid><date>2013-11-19</date>"
            + "<registering_phone_id>8H1N48EFPF6PA4UOO8YGZ2KFZ</registering_phone_id></n0:registration>";

        var kept = (await desk.PostAsync(registration)).ShouldBeSuccess().Header("X-CommCareHQ-FormID")!;

        var form = (await desk.FindFormAsync(kept)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal("http://openrosa.org/user/registration", form.Text("xmlns"));
        var workers = (await desk.Domain.Admin.GetAsync(desk.Domain.At("/api/user/v1/?limit=1000"))).ShouldBe(HttpStatusCode.OK).Text;
        Assert.DoesNotContain(name, workers, StringComparison.Ordinal);
    }

    [Fact, Clause("CC-087"), Clause("CC-100")]
    public async Task Attachments_are_kept_under_their_names_from_a_body_without_a_length()
    {
        var desk = await CaseDesk.OpenAsync();
        var id = Guid.NewGuid().ToString();
        var (photo, sound) = (Samples.Bytes(5_000_000, 1), Samples.Bytes(300, 2));
        using var body = Samples.Multipart(desk.Form(id), ("1446480000.jpg", photo, "image/jpeg"), ("a voice.amr", sound, "audio/amr"));
        var phone = desk.Worker.Phone.With("Transfer-Encoding", "chunked");
        (await phone.PostAsync(desk.Domain.At("/receiver/secure/app/"), body)).ShouldBeSuccess();
        var attachments = (await desk.FindFormAsync(id)).Json.GetProperty("attachments");
        Assert.Equal(
            ["1446480000.jpg", "a voice.amr", "form.xml"],
            attachments.EnumerateObject().Select(one => one.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(photo.Length, attachments.GetProperty("1446480000.jpg").GetProperty("length").GetInt32());
        Assert.Equal(
            sound,
            (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/form/attachment/{id}/a%20voice.amr"))).ShouldBe(HttpStatusCode.OK).Bytes
        );
        Assert.Equal(desk.Form(id), (await desk.Domain.Admin.GetAsync(desk.Domain.At($"/api/form/attachment/{id}/form.xml"))).Text);
    }

    [Theory]
    [InlineData("<data xmlns='http://x'><broken></data>")]
    [InlineData("<!DOCTYPE data [<!ENTITY a 'b'>]><data xmlns='http://x'>&a;</data>")]
    [InlineData("<data><no-namespace/></data>")]
    [InlineData("this is no XML")]
    [Clause("CC-091"), Clause("CC-092")]
    public async Task A_body_that_is_no_form_is_500_or_422_to_a_phone_of_OpenRosa_3(string xml)
    {
        var desk = await CaseDesk.OpenAsync();
        (await desk.PostAsync(xml)).ShouldBeMessage(500, "submit_error", "There was an error processing the form: ");
        (await desk.PostAsync(xml, desk.Worker.Phone.With("X-OpenRosa-Version", "3.0"))).ShouldBeMessage(
            422,
            "processing_failure",
            "There was an error processing the form: "
        );
    }

    [Fact, Clause("CC-097"), Clause("CC-098"), Clause("CC-099"), Clause("CC-104")]
    public async Task Requests_without_a_form_are_refused()
    {
        var desk = await CaseDesk.OpenAsync();
        var (phone, address) = (desk.Worker.Phone, desk.Domain.At("/receiver/secure/app/"));
        Assert.Contains(
            "empty",
            (await phone.PostAsync(address, ReceiverChecks.Raw(""))).ShouldBe(HttpStatusCode.BadRequest).Text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "empty",
            (await phone.PostAsync(address, Samples.Multipart(""))).ShouldBe(HttpStatusCode.BadRequest).Text,
            StringComparison.Ordinal
        );
        using var nameless = new MultipartFormDataContent { { Samples.Part([1], "image/jpeg"), "photo", "photo.jpg" } };
        Assert.Contains(
            "xml_submission_file",
            (await phone.PostAsync(address, nameless)).ShouldBe(HttpStatusCode.BadRequest).Text,
            StringComparison.Ordinal
        );
        using var fields = Samples.Multipart(desk.Form(null));
        fields.Add(new StringContent("1"), "field");
        Assert.Equal(
            "Received a submission with POST.keys()",
            (await phone.PostAsync(address, fields)).ShouldBe(HttpStatusCode.BadRequest).Text
        );
        (await desk.PostAsync(desk.Form("f"), files: ("virus.exe", [1], "application/x-msdownload"))).ShouldBeMessage(
            422,
            "processing_failure",
            "virus.exe"
        );
        using var misnamed = new MultipartFormDataContent
        {
            { Samples.Part(Encoding.UTF8.GetBytes(desk.Form(null)), "text/xml"), "xml_submission_file", "form.txt" },
        };
        (await phone.PostAsync(address, misnamed)).ShouldBeMessage(422, "processing_failure", "form.txt");
        var large = desk.Form(null, new string(' ', 10 << 20));
        Assert.Equal(
            "Form exceeds 10MB size limit",
            (await phone.PostAsync(address, ReceiverChecks.Raw(large))).ShouldBe(HttpStatusCode.RequestEntityTooLarge).Text
        );
        Assert.StartsWith(
            "authtype must be one of: ",
            (await phone.PostAsync(address + "?authtype=magic", ReceiverChecks.Raw(desk.Form(null))))
                .ShouldBe(HttpStatusCode.BadRequest)
                .Text,
            StringComparison.Ordinal
        );
        var elsewhere = address.Replace(desk.Domain.Name, "nowhere", StringComparison.Ordinal);
        Assert.Equal(
            "No domain with name nowhere",
            (await phone.PostAsync(elsewhere, ReceiverChecks.Raw(desk.Form(null)))).ShouldBe(HttpStatusCode.BadRequest).Text
        );
        (await desk.FindFormAsync("f")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact, Clause("CC-102"), Clause("CC-103"), Clause("CC-105")]
    public async Task Demo_users_and_device_reports_need_no_password_and_others_do()
    {
        var desk = await CaseDesk.OpenAsync();
        var nobody = Api.Anonymous(desk.Worker.Phone.Server);
        var address = desk.Domain.At("/receiver/secure/app/");
        var (id, real) = (NewId(), NewId());
        string Demo(string form, string block) =>
            desk.Form(form, block).Replace($"<n1:userID>{desk.Worker.Id}", "<n1:userID>demo_user", StringComparison.Ordinal);
        Task<Answer> Send(string xml, string query) => nobody.PostAsync(address + query, ReceiverChecks.Raw(xml));

        (await Send(Demo("d1", desk.Create(id, owner: "demo_user")), "?authtype=noauth")).ShouldBeSuccess();
        Assert.Equal("demo_user", (await desk.CaseAsync(id)).Text("owner_id"));
        (await Send(Demo("d2", desk.Create(NewId())), "?authtype=noauth")).ShouldBe(HttpStatusCode.Forbidden);
        (await Send(desk.Form("d3"), "?authtype=noauth")).ShouldBe(HttpStatusCode.Forbidden);
        await desk.SubmitAsync(desk.Create(real));
        Assert.Equal(
            "Bad auth",
            (await Send(Demo("d4", Update(real, "<n0:x>1</n0:x>")), "?authtype=noauth")).ShouldBe(HttpStatusCode.Forbidden).Text
        );
        (await Send("<d xmlns='http://code.javarosa.org/devicereport'><log/></d>", "?authtype=noauth")).ShouldBeSuccess();

        (await desk.PostAsync(desk.Form("d5", desk.Create(NewId())), path: "/receiver/secure/app/?submit_mode=demo")).ShouldBeMessage(
            201,
            "submit_success",
            "this submission was ignored"
        );
        (await desk.FindFormAsync("d5")).ShouldBe(HttpStatusCode.NotFound);
        var logged = NewId();
        (await desk.PostAsync($"<d xmlns='http://code.javarosa.org/devicereport'>{desk.Create(logged)}</d>")).ShouldBeSuccess();
        (await desk.FindCaseAsync(logged)).ShouldBe(HttpStatusCode.NotFound);
    }
}

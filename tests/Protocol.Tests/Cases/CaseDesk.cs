using System.Net;
using System.Security;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>A domain with a worker who submits forms, and the case API to read the resulting cases.</summary>
internal sealed class CaseDesk
{
    private CaseDesk(Domain domain, Worker worker)
    {
        Domain = domain;
        Worker = worker;
        Xmlns = $"http://example.org/forms/{domain.Name}";
    }

    public Domain Domain { get; }

    public Worker Worker { get; }

    /// <summary>What the forms of this desk are in.</summary>
    public string Xmlns { get; }

    public static async Task<CaseDesk> OpenAsync(Server? server = null) => await OpenAsync(await Domain.StartAsync(server));

    /// <summary>With a worker of its own in a domain that is there.</summary>
    public static async Task<CaseDesk> OpenAsync(Domain domain) => new(domain, await domain.WorkerAsync());

    /// <summary>A case id that no other test has.</summary>
    public static string NewId(string stem = "case") => Samples.Unique(stem);

    public static string Block(string id, string inner, string? date = "2015-11-02T16:04:54.950-04", string? user = null) =>
        $"<n0:case xmlns:n0=\"http://commcarehq.org/case/transaction/v2\" case_id=\"{id}\""
        + $"{(date is null ? "" : $" date_modified=\"{date}\"")}{(user is null ? "" : $" user_id=\"{user}\"")}>{inner}</n0:case>";

    public string Create(string id, string name = "Amina", string? owner = null, string type = "patient", string more = "") =>
        Block(
            id,
            $"<n0:create><n0:case_type>{type}</n0:case_type><n0:case_name>{name}</n0:case_name>"
                + $"<n0:owner_id>{owner ?? Worker.Id}</n0:owner_id></n0:create>{more}"
        );

    public static string Update(string id, string properties, string? date = "2016-11-02T16:04:54.950Z") =>
        Block(id, $"<n0:update>{properties}</n0:update>", date);

    public static string Index(string target, string identifier = "parent", string type = "household", string? relationship = null) =>
        $"<n0:index><n0:{identifier} "
        + $"case_type=\"{type}\"{(relationship is null ? "" : $" relationship=\"{relationship}\"")}>{target}</n0:{identifier}>"
        + "</n0:index>";

    public string Form(string? instanceId, params string[] blocks) =>
        $"""
            <?xml version="1.0" ?>
            <data xmlns="{Xmlns}" uiVersion="1" version="10" name="Visit"><weight>7.2</weight><g>{string.Concat(blocks)}</g>
            <n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:username>{SecurityElement.Escape(
                Worker.Username
            )}</n1:username><n1:userID>{Worker.Id}</n1:userID>
            {(instanceId is null ? "" : $"<n1:instanceID>{instanceId}</n1:instanceID>")}</n1:meta></data>
            """;

    public Task<Answer> PostAsync(
        string xml,
        Api? phone = null,
        string path = "/receiver/secure/app/",
        params (string Name, byte[] Content, string Type)[] files
    ) => (phone ?? Worker.Phone).PostAsync(Domain.At(path, (phone ?? Worker.Phone).Server), Samples.Multipart(xml, files));

    /// <summary>Sends a form with these blocks that must be taken, and returns its id.</summary>
    public async Task<string> SubmitAsync(params string[] blocks)
    {
        var id = Guid.NewGuid().ToString();
        (await PostAsync(Form(id, blocks))).ShouldBeSuccess();
        return id;
    }

    public async Task<JsonElement> CaseAsync(string id) => (await FindCaseAsync(id)).ShouldBe(HttpStatusCode.OK).Json;

    public Task<Answer> FindCaseAsync(string id) => Domain.Admin.GetAsync(Domain.At($"/api/case/v2/{Uri.EscapeDataString(id)}/"));

    public Task<Answer> FindFormAsync(string id) => Domain.Admin.GetAsync(Domain.At($"/api/form/{Uri.EscapeDataString(id)}/"));

    /// <summary>Why a form's case blocks were not applied.</summary>
    public async Task<string?> ProblemAsync(string id) =>
        (await FindFormAsync(id)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("problem").GetString();
}

internal static class ReceiverChecks
{
    public static Answer ShouldBeSuccess(this Answer answer) => answer.ShouldBeMessage(201, "submit_success");

    /// <summary>An OpenRosaResponse of this nature whose text has this part.</summary>
    public static Answer ShouldBeMessage(this Answer answer, int status, string nature, string part = "")
    {
        Assert.True((int)answer.Status == status, $"{(int)answer.Status}: {answer.Text}");
        var root = XDocument.Parse(answer.Text).Root!;
        XNamespace response = "http://openrosa.org/http/response";
        Assert.Equal(response + "OpenRosaResponse", root.Name);
        var message = Assert.Single(root.Elements());
        Assert.Equal((response + "message", nature), (message.Name, message.Attribute("nature")!.Value));
        Assert.Contains(part, message.Value, StringComparison.Ordinal);
        return answer;
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string Property(this JsonElement json, string name) => json.GetProperty("properties").GetProperty(name).GetString()!;

    public static ByteArrayContent Raw(string xml, string type = "text/xml") => Samples.Part(Encoding.UTF8.GetBytes(xml), type);
}

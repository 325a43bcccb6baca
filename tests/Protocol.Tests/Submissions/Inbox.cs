using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>A project with one form, a phone that fills it in, and what the server has received.</summary>
public sealed class Inbox
{
    private Inbox(Programme programme, string form, Api phone)
    {
        Programme = programme;
        Form = form;
        Phone = phone;
    }

    public Programme Programme { get; }

    /// <summary>The form's id.</summary>
    public string Form { get; }

    public Api Phone { get; }

    public string SubmissionPath => $"{Programme.Path}/submission";

    public string SubmissionsPath => $"{Programme.FormPath(Form)}/submissions";

    /// <summary>With a form of <see cref="Samples.Form"/>, or of <paramref name="definition"/>, which is given the form's id.</summary>
    public static async Task<Inbox> OpenAsync(Server? server = null, Func<string, string>? definition = null)
    {
        var programme = await Programme.StartAsync(server ?? await Server.SharedAsync());
        var id = Samples.Unique("trees");
        var form = await programme.PublishAsync(definition?.Invoke(id), id);
        return new Inbox(programme, form, await programme.AppUserAsync(form));
    }

    /// <summary>The same at another process on the same storage.</summary>
    public Inbox At(Server server) => new(Programme, Form, Phone.At(server));

    public Task<Answer> PostAsync(HttpContent body) => Phone.PostAsync(SubmissionPath, body);

    public Task<Answer> PostAsync(string xml, params (string Name, byte[] Content, string Type)[] files) =>
        PostAsync(Samples.Multipart(xml, files));

    /// <summary>Posts what must be accepted.</summary>
    public async Task SendAsync(string xml, params (string Name, byte[] Content, string Type)[] files) =>
        (await PostAsync(xml, files)).ShouldBe(HttpStatusCode.Created);

    public string Submission(
        string? instanceId,
        string species = "oak",
        string? photo = null,
        string[]? leaves = null,
        string? deprecatedId = null,
        string? version = "1"
    ) => Samples.Submission(Form, instanceId, version, species, photo, leaves, deprecatedId);

    /// <summary>As the management API lists them: newest first.</summary>
    public async Task<List<JsonElement>> ListAsync() =>
        [.. (await Programme.Admin.GetAsync(SubmissionsPath)).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray()];

    public async Task<List<string?>> InstanceIdsAsync() =>
        [.. (await ListAsync()).Select(submission => submission.GetProperty("instanceId").GetString())];

    public async Task<JsonElement> GetAsync(string instanceId) =>
        (await Programme.Admin.GetAsync($"{SubmissionsPath}/{Uri.EscapeDataString(instanceId)}")).ShouldBe(HttpStatusCode.OK).Json;

    /// <summary>The current XML, as it is stored.</summary>
    public async Task<string> XmlAsync(string instanceId) =>
        (await Programme.Admin.GetAsync($"{SubmissionsPath}/{Uri.EscapeDataString(instanceId)}.xml")).ShouldBe(HttpStatusCode.OK).Text;

    /// <summary>The list of attachments as JSON text.</summary>
    public async Task<string> SlotsAsync(string instanceId) =>
        (await Programme.Admin.GetAsync($"{SubmissionsPath}/{Uri.EscapeDataString(instanceId)}/attachments"))
            .ShouldBe(HttpStatusCode.OK)
            .Text;

    public Task<Answer> FileAsync(string instanceId, string name) =>
        Programme.Admin.GetAsync($"{SubmissionsPath}/{Uri.EscapeDataString(instanceId)}/attachments/{Uri.EscapeDataString(name)}");

    /// <summary>An attachment's bytes; it has to be there.</summary>
    public async Task<byte[]> BytesAsync(string instanceId, string name) =>
        (await FileAsync(instanceId, name)).ShouldBe(HttpStatusCode.OK).Bytes;

    /// <summary>Neither a submission nor a blob of one.</summary>
    public async Task ShouldHoldNothingAsync()
    {
        Assert.Empty(await ListAsync());
        Assert.Empty(await StoredBlobs.OfProjectAsync(Programme.Id));
    }
}

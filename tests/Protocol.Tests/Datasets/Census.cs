using System.Globalization;
using System.Net;
using System.Security;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>A project with a dataset of people, a form that fills it, and a phone.</summary>
internal sealed class Census
{
    private Census(Programme programme, string form, string dataset, Api phone)
    {
        Programme = programme;
        Form = form;
        Dataset = dataset;
        Phone = phone;
    }

    public Programme Programme { get; }

    /// <summary>The form's id.</summary>
    public string Form { get; }

    public string Dataset { get; }

    public Api Phone { get; }

    public string SubmissionPath => $"{Programme.Path}/submission";

    public string EntitiesPath => $"{Programme.DatasetPath(Dataset)}/entities";

    /// <summary>The dataset has `first_name` and `age`, unless <paramref name="definition"/> makes another form of form id and
    /// dataset.</summary>
    public static async Task<Census> StartAsync(
        string actions = "create=\"1\" update=\"1\"",
        Server? server = null,
        Func<string, string, string>? definition = null,
        bool approvalRequired = false
    )
    {
        var programme = await Programme.StartAsync(server ?? await Server.SharedAsync());
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        await programme.PublishAsync(
            definition?.Invoke(form, dataset) ?? EntityForms.Filling(form, dataset, actions, files: [$"{dataset}.csv"]),
            form
        );
        if (approvalRequired)
        {
            (await programme.Admin.PatchJsonAsync(programme.DatasetPath(dataset), new { approvalRequired })).ShouldBe(HttpStatusCode.OK);
        }
        return new Census(programme, form, dataset, await programme.AppUserAsync(form));
    }

    /// <summary>The same at another process on the same storage.</summary>
    public Census At(Server server) => new(Programme, Form, Dataset, Phone.At(server));

    /// <summary>Another form that changes the same dataset, and a phone for it.</summary>
    public Census Of(string form, Api phone) => new(Programme, form, Dataset, phone);

    public static string NewId() => Guid.NewGuid().ToString();

    /// <param name="attributes">Of the entity: `create="1"`, `update="1" baseVersion="2"`.</param>
    /// <param name="firstName">Null leaves the element out, as with the others.</param>
    public string Submission(
        string id,
        string attributes,
        string? label = "Ann",
        string? firstName = "Ann",
        string? age = "30",
        string? instanceId = null,
        string? dataset = null,
        string? deprecatedId = null
    ) =>
        $"<data id=\"{Form}\" version=\"1\">{Element("q0", firstName)}{Element("q1", age)}<meta>{Element("deprecatedID", deprecatedId)}"
        + $"<instanceID>{instanceId ?? Samples.NewInstanceId()}</instanceID>"
        + $"{Entity(id, attributes, label, dataset ?? Dataset)}</meta></data>";

    public static string Entity(string id, string attributes, string? label, string dataset) =>
        $"<entity xmlns=\"http://www.opendatakit.org/xforms/entities\" dataset=\"{SecurityElement.Escape(dataset)}\" "
        + $"id=\"{SecurityElement.Escape(id)}\" {attributes}>{Element("label", label)}</entity>";

    public Task<Answer> PostAsync(string xml) => Phone.PostAsync(SubmissionPath, Samples.Multipart(xml));

    /// <summary>Posts what must be accepted, whatever becomes of its entities.</summary>
    public async Task SendAsync(string xml) => (await PostAsync(xml)).ShouldBe(HttpStatusCode.Created);

    /// <summary>Creates an entity by submission, and returns its id.</summary>
    public async Task<string> CreateAsync(string label = "Ann", string firstName = "Ann", string age = "30")
    {
        var id = NewId();
        await SendAsync(Submission(id, "create=\"1\"", label, firstName, age));
        return id;
    }

    /// <summary>What phones get: `name,label,__version` and the properties, newest first, without the header.</summary>
    public async Task<string[]> RowsAsync() =>
        [
            .. (await Phone.GetAsync($"{Programme.FormPath(Form)}/attachments/{Dataset}.csv"))
                .ShouldBe(HttpStatusCode.OK)
                .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1),
        ];

    public async Task<string> HashAsync() => (await Phone.ListedFileAsync($"{Programme.FormPath(Form)}/manifest")).Child("hash");

    public Task<Answer> ReviewAsync(string instanceId, string? reviewState) =>
        Programme.Admin.PatchJsonAsync($"{Programme.FormPath(Form)}/submissions/{Uri.EscapeDataString(instanceId)}", new { reviewState });

    /// <summary>The `entity.error` entries of the project, newest first.</summary>
    public async Task<List<JsonElement>> ErrorsAsync() =>
        [
            .. (await Programme.Admin.GetAsync("/audits?action=entity.error&limit=10000"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray()
                .Where(entry =>
                    entry
                        .GetProperty("acteeId")
                        .GetString()!
                        .StartsWith(string.Create(CultureInfo.InvariantCulture, $"{Programme.Id}/"), StringComparison.Ordinal)
                )
                .Select(entry => entry.GetProperty("details")),
        ];

    public async Task<decimal[]> ErrorCodesAsync() =>
        [.. (await ErrorsAsync()).Select(error => error.GetProperty("problem").GetProperty("problemCode").GetDecimal())];

    /// <summary>Runs the timer function that ends what requests left behind, on that very server.</summary>
    public Task ReconcileAsync() => new Intents(Programme).ReconcileAsync();

    private static string Element(string name, string? value) => value is null ? "" : $"<{name}>{SecurityElement.Escape(value)}</{name}>";
}

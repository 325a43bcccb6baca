using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench;

/// <summary>A URL with its credentials, and the user id when they are a mobile worker's.</summary>
internal sealed record Place(string Address, string Authorization, string? UserId = null)
{
    public HttpRequestMessage Get(string path) => With(new HttpRequestMessage(HttpMethod.Get, Address + path));

    public HttpRequestMessage Post(string path, string xml) =>
        With(new HttpRequestMessage(HttpMethod.Post, Address + path) { Content = new StringContent(xml, Encoding.UTF8, "text/xml") });

    private HttpRequestMessage With(HttpRequestMessage request)
    {
        request.Headers.Add("Authorization", Authorization);
        request.Headers.Add("X-Forwarded-Proto", "https"); // set by the front end; passwords are accepted over HTTPS only
        return request;
    }
}

/// <param name="Root">The base URL for an app user of the project that accepts submissions and has the form with media.</param>
/// <param name="FormLists">By number of forms: the form list of a project with that many forms, for an app user assigned to each.</param>
/// <param name="Phone">A domain, and a mobile worker in it who owns cases.</param>
/// <param name="Export">A form with submissions, and the administrator.</param>
internal sealed record Seeded(string Root, IReadOnlyDictionary<int, string> FormLists, Place? Phone, Place? Export);

/// <summary>Creates the workloads' data through the management API.</summary>
internal sealed class Seed : IDisposable
{
    private const string Email = "admin@example.org";
    private const string Password = "serverless-rosa";
    private const int AtOnce = 4;
    private const int CasesInForm = 50;

    /// <summary>Further ones are copied (<see cref="ManyRows"/>).</summary>
    public const int MostRows = 1000;

    private readonly HttpClient _http;

    private Seed(Uri baseUrl) => _http = new HttpClient { BaseAddress = baseUrl };

    public static IReadOnlyDictionary<string, string> AppSettings { get; } =
        new Dictionary<string, string>
        {
            ["Rosa__FirstAdminEmail"] = Email,
            ["Rosa__FirstAdminPassword"] = Password,
            ["Rosa__ReportStorageOperations"] = "true",
        };

    public static async Task<Seeded> RunAsync(Uri baseUrl, BenchOptions options, CancellationToken cancellationToken)
    {
        using var seed = new Seed(baseUrl);
        var session = await seed.PostAsync(
            "/v1/sessions",
            JsonContent.Create(new { email = Email, password = Password }),
            cancellationToken
        );
        seed._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("token").GetString());

        var root = await seed.MainProjectAsync(cancellationToken);
        var lists = new Dictionary<int, string>();
        foreach (var length in options.Forms.Where(length => Workloads.NeedFormList(options, length)))
            lists[length] = await seed.FormListAsync(length, cancellationToken);
        return new Seeded(
            root,
            lists,
            Workloads.NeedPhone(options) ? await seed.PhoneAsync(Math.Min(MostRows, options.Rows), cancellationToken) : null,
            Workloads.NeedExport(options) ? await seed.ExportAsync(Math.Min(MostRows, options.Rows), cancellationToken) : null
        );
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> MainProjectAsync(CancellationToken cancellationToken)
    {
        var project = await ProjectAsync("Submissions", cancellationToken);
        await PostAsync($"{project}/forms?publish=true", Xml(Samples.Form(Samples.FormId)), cancellationToken);
        await PostAsync($"{project}/forms", Xml(Samples.PicturesForm()), cancellationToken);
        foreach (var name in Samples.Pictures)
        {
            using var picture = new ReadOnlyMemoryContent(Samples.File(40_000))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("image/png") },
            };
            await PostAsync($"{project}/forms/{Samples.PicturesId}/draft/attachments/{name}", picture, cancellationToken);
        }
        await PostAsync($"{project}/forms/{Samples.PicturesId}/draft/publish", null, cancellationToken);
        return await AppUserAsync(project, [Samples.FormId, Samples.PicturesId], cancellationToken);
    }

    private async Task<string> FormListAsync(int length, CancellationToken cancellationToken)
    {
        var project = await ProjectAsync(string.Create(CultureInfo.InvariantCulture, $"{length} forms"), cancellationToken);
        var ids = Enumerable.Range(0, length).Select(i => string.Create(CultureInfo.InvariantCulture, $"household{i:D4}")).ToList();
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (id, stop) => await PostAsync($"{project}/forms?publish=true", Xml(Samples.Form(id)), stop)
        );
        return await AppUserAsync(project, ids, cancellationToken) + "/formList";
    }

    private async Task<Place> PhoneAsync(int cases, CancellationToken cancellationToken)
    {
        const string Domain = "bench";
        await PostAsync("/v1/projects", JsonContent.Create(new { name = "Phone", domain = Domain }), cancellationToken);
        var worker = await PostAsync(
            $"/a/{Domain}/api/v0.5/user/",
            JsonContent.Create(new { username = "worker", password = Password }),
            cancellationToken
        );
        var phone = new Place(
            $"/a/{Domain}",
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"worker:{Password}")),
            worker.GetProperty("id").GetString()
        );
        for (var i = 0; i < cases; i += CasesInForm)
        {
            using var request = phone.Post("/receiver/", Samples.CommCareForm(phone.UserId!, Math.Min(CasesInForm, cases - i)));
            using var answer = await _http.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new StartException(
                    $"Seeding failed: a form with cases was answered {(int)answer.StatusCode}: "
                        + $"{await answer.Content.ReadAsStringAsync(cancellationToken)}"
                );
        }
        return phone;
    }

    private async Task<Place> ExportAsync(int submissions, CancellationToken cancellationToken)
    {
        var project = await ProjectAsync("Export", cancellationToken);
        await PostAsync($"{project}/forms?publish=true", Xml(Samples.Form(Samples.FormId)), cancellationToken);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, submissions),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (_, stop) =>
                await PostAsync($"{project}/forms/{Samples.FormId}/submissions", Xml(Samples.Submission(Samples.NewInstanceId())), stop)
        );
        return new Place($"{project}/forms/{Samples.FormId}", _http.DefaultRequestHeaders.Authorization!.ToString());
    }

    private async Task<string> ProjectAsync(string name, CancellationToken cancellationToken)
    {
        var made = await PostAsync("/v1/projects", JsonContent.Create(new { name }), cancellationToken);
        return $"/v1/projects/{made.GetProperty("id").GetInt32()}";
    }

    private async Task<string> AppUserAsync(string project, IEnumerable<string> forms, CancellationToken cancellationToken)
    {
        var user = await PostAsync($"{project}/app-users", JsonContent.Create(new { displayName = "Tablet" }), cancellationToken);
        foreach (var form in forms)
            await PostAsync($"{project}/forms/{form}/assignments/app-user/{user.GetProperty("id").GetInt32()}", null, cancellationToken);
        return $"/v1/key/{user.GetProperty("token").GetString()}{project["/v1".Length..]}";
    }

    private async Task<JsonElement> PostAsync(string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsync(path, content, cancellationToken);
        if (answer.IsSuccessStatusCode)
            return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        throw new StartException(
            $"Seeding failed: POST {path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}"
        );
    }

    private static StringContent Xml(string xml) => new(xml, Encoding.UTF8, "application/xml");
}

using System.Net;
using System.Net.Http.Json;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>A mobile worker of a test: the phone, and how it signs in.</summary>
public sealed record Worker(Api Phone, string Username, string Password, string Id);

/// <summary>A project with a domain of its own for a test: the CommCare side.</summary>
public sealed class Domain
{
    private Domain(Programme programme, string name)
    {
        Programme = programme;
        Name = name;
    }

    public Programme Programme { get; }

    public string Name { get; }

    public Api Admin => Programme.Admin;

    public static async Task<Domain> StartAsync(Server? server = null)
    {
        var name = Samples.Unique("demo");
        return new Domain(await Programme.StartAsync(server, name), name);
    }

    /// <summary>The same domain at another process.</summary>
    public Domain On(Server server) => new(Programme.On(server), Name);

    /// <summary>The whole address of a path in the domain, such as `/phone/restore/`; at another process if one is named.</summary>
    public string At(string path, Server? server = null) =>
        $"{(server ?? Programme.Server).BaseUrl.GetLeftPart(UriPartial.Authority)}/a/{Name}{path}";

    /// <summary>The address of an administration resource, such as `user/`.</summary>
    public string Api(string resource) =>
        At(
            resource.StartsWith("location/", StringComparison.Ordinal)
                ? $"/api/location/v2/{resource["location/".Length..]}"
                : $"/api/v0.5/{resource}"
        );

    /// <summary>Creates a thing of a resource (`group`, `lookup_table`) and returns its id.</summary>
    public async Task<string> CreateAsync(string resource, object body)
    {
        var created = (await Admin.PostJsonAsync(Api($"{resource}/"), body)).ShouldBe(HttpStatusCode.Created).Json;
        return created.GetProperty(resource == "location" ? "location_id" : "id").GetString()!;
    }

    /// <summary>A client that sends this name and password.</summary>
    public Api As(string username, string password) => Infrastructure.Api.WithBasic(Programme.Server, username, password);

    /// <summary>A new mobile worker. <paramref name="more"/> holds further members of the request.</summary>
    public async Task<Worker> WorkerAsync(
        string? username = null,
        string password = "1988",
        IReadOnlyDictionary<string, object>? more = null
    )
    {
        username ??= Samples.Unique("jason");
        var body = new Dictionary<string, object>(more ?? new Dictionary<string, object>())
        {
            ["username"] = username,
            ["password"] = password,
        };
        var created = (await Admin.PostJsonAsync(Api("user/"), body)).ShouldBe(HttpStatusCode.Created).Json;
        return new Worker(As($"{username}@{Name}.commcarehq.org", password), username, password, created.GetProperty("id").GetString()!);
    }

    public async Task<Answer> PutAsync(string resource, object body) =>
        await Admin.SendAsync(HttpMethod.Put, Api(resource), JsonContent.Create(body));
}

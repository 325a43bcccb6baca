using System.Globalization;
using System.Net;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>A project of its own for a test, with what most tests need in it.</summary>
public sealed class Programme
{
    private Programme(Api admin, int id)
    {
        Admin = admin;
        Id = id;
    }

    public Api Admin { get; }

    public int Id { get; }

    public Server Server => Admin.Server;

    /// <summary>`/projects/7`.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/projects/{Id}");

    public static async Task<Programme> StartAsync(Server? server = null, string? domain = null)
    {
        var admin = await Api.AdministratorAsync(server);
        var project = (await admin.PostJsonAsync("/projects", new { name = Samples.Unique("project"), domain }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        return new Programme(admin, project.GetProperty("id").GetInt32());
    }

    /// <summary>The same project at another process.</summary>
    public Programme On(Server server) => new(Admin.At(server), Id);

    /// <summary>`/projects/7/forms/trees`, encoded.</summary>
    public string FormPath(string formId) => $"{Path}/forms/{Uri.EscapeDataString(formId)}";

    /// <summary>Creates and publishes a form, and returns its id.</summary>
    public async Task<string> PublishAsync(string? xml = null, string? id = null)
    {
        id ??= Samples.Unique("trees");
        (await Admin.PostXmlAsync($"{Path}/forms?publish=true", xml ?? Samples.Form(id))).ShouldBe(HttpStatusCode.OK);
        return id;
    }

    /// <summary>Creates and publishes a form with a picture, which is filled, and returns its id.</summary>
    public async Task<string> PublishWithPictureAsync(string picture)
    {
        var id = await CreateDraftAsync(picture);
        using var content = Samples.Part(Samples.Bytes(500), "image/png");
        (await Admin.PostAsync($"{FormPath(id)}/draft/attachments/{Uri.EscapeDataString(picture)}", content)).ShouldBe(HttpStatusCode.OK);
        (await Admin.PostAsync($"{FormPath(id)}/draft/publish")).ShouldBe(HttpStatusCode.OK);
        return id;
    }

    /// <summary>Creates a form that is not published, and returns its id.</summary>
    public async Task<string> CreateDraftAsync(params string[] pictures)
    {
        var id = Samples.Unique("draft");
        (await Admin.PostXmlAsync($"{Path}/forms", Samples.Form(id, pictures: pictures))).ShouldBe(HttpStatusCode.OK);
        return id;
    }

    /// <summary>A new app user, assigned to the forms.</summary>
    public async Task<Api> AppUserAsync(params string[] formIds)
    {
        var user = (await Admin.PostJsonAsync($"{Path}/app-users", new { displayName = "Tablet" })).ShouldBe(HttpStatusCode.OK).Json;
        foreach (var formId in formIds)
        {
            (await Admin.PostAsync($"{FormPath(formId)}/assignments/app-user/{user.GetProperty("id").GetInt32()}")).ShouldBe(
                HttpStatusCode.OK
            );
        }
        return Api.WithKey(Server, user.GetProperty("token").GetString()!);
    }

    /// <summary>A new public link to the form.</summary>
    public async Task<Api> PublicLinkAsync(string formId)
    {
        var link = (await Admin.PostJsonAsync($"{FormPath(formId)}/public-links", new { displayName = "Poster" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        return Api.WithKey(Server, link.GetProperty("token").GetString()!);
    }

    /// <summary>A new web user with a role on this project (`manager`, `viewer`, `formfill`), or with none.</summary>
    public async Task<(Api Api, string Email, string Password)> WebUserAsync(string? role = null)
    {
        var email = $"{Samples.Unique("user")}@example.org";
        const string password = "correct horse battery";
        var user = (await Admin.PostJsonAsync("/users", new { email, password })).ShouldBe(HttpStatusCode.OK).Json;
        if (role is not null)
        {
            (await Admin.PostAsync($"{Path}/assignments/{role}/{user.GetProperty("id").GetInt32()}")).ShouldBe(HttpStatusCode.OK);
        }
        return (await Api.SignInAsync(Server, email, password), email, password);
    }

    /// <summary>The token of a form's draft.</summary>
    public async Task<string> DraftTokenAsync(string formId) =>
        (await Admin.GetAsync($"{FormPath(formId)}/draft")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("draftToken").GetString()!;
}

using System.Collections.Concurrent;
using System.Net;
using ServerlessRosa.Protocol.Tests.Datasets;
using static ServerlessRosa.Protocol.Tests.Infrastructure.TestTargets;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>One client for each actor of the rights matrix, around one project, and fresh things for those who may change or delete
/// them.</summary>
public sealed class TestActors
{
    public const string Picture = "leaf.png";
    public const string Photo = "photo.jpg";
    public const string Password = "correct horse battery";

    /// <summary>Every web user has it, of the site and of the project.</summary>
    public const string DoomedPreference = "doomed";

    private readonly Dictionary<string, Api> _clients = [];
    private readonly ConcurrentQueue<int> _doomed = [];
    private Api? _viewersKey;

    private TestActors(Domain domain, Target target, string email)
    {
        Domain = domain;
        Target = target;
        Email = email;
    }

    public Domain Domain { get; }

    public Programme Programme => Domain.Programme;

    public Target Target { get; private set; }

    /// <summary>Of the account that <see cref="Target"/> names; its password is <see cref="Password"/>.</summary>
    public string Email { get; }

    private Api Admin => Programme.Admin;

    public static async Task<TestActors> AssembleAsync()
    {
        var domain = await Domain.StartAsync();
        var programme = domain.Programme;
        var (form, dataset) = (Samples.Unique("trees"), await programme.CreateDatasetAsync());
        await programme.DraftAsync(WithDataset(Samples.Form(form, pictures: Picture), dataset), form);
        (await programme.PutFileAsync(form, Picture, Samples.Bytes(500), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.PutFileAsync(form, Picture, Samples.Bytes(500), "image/png")).ShouldBe(HttpStatusCode.OK);

        var email = $"{Samples.Unique("spare")}@example.org";
        var (spare, link) = (await CreateAsync(programme, "/app-users"), await CreateAsync(programme, $"/forms/{form}/public-links"));
        var target = new Target
        {
            Project = programme.Id,
            Form = form,
            Dataset = dataset,
            Entity = await EntityAsync(programme, dataset),
            TrashedForm = await TrashAsync(programme),
            TrashedDataset = await TrashDatasetAsync(programme),
            Instance = Samples.NewInstanceId(),
            Webhook = await WebhookAsync(programme),
            AppUser = spare.Id,
            PublicLink = link.Id,
            User = await IdAsync(programme.Admin.PostJsonAsync("/users", new { email, password = Password })),
            Key = spare.Key,
            Link = await LinkAsync(programme, form),
            Asset = await ConsolePage.AssetAsync(programme.Server),
            Domain = domain.Name,
            DomainIds = await DomainIdsAsync(domain),
        };
        var actors = new TestActors(domain, target, email);
        await actors.SendAsync($"{programme.Path}/submission", target.Instance);
        await actors.SendAsync($"{programme.FormPath(form)}/draft/submission", target.Instance);
        actors.Target = target with { Ticket = await actors.TicketAsync() };
        await actors.CallAsync(form);
        (await programme.Admin.PostJsonAsync("/config/login-appearance", new { title = "Forest survey" })).ShouldBe(HttpStatusCode.OK);
        foreach (var user in new[] { "data collector", "viewer", "manager", "administrator", "manager of another project" })
        {
            await actors.PreferAsync(actors._clients[user]);
        }
        return actors;
    }

    /// <summary>The requests that an actor has for a row: with a key, both as a bearer and in the path, where the row has a twin for
    /// it.</summary>
    public IEnumerable<(Api Client, string Way)> ClientsFor(string actor, RightsRow row)
    {
        var client = _clients[actor];
        if (client.IsKey)
        {
            yield return (Api.Anonymous(client.Server).OpenRosa.With("Authorization", $"Bearer {client.Key}"), "with the key as bearer");
        }
        if (actor == "viewer" && row.IsOfDomain)
        {
            yield return (_viewersKey!, "with an administrator's API key for viewers");
        }
        if (!client.IsKey || row.Twins.Contains(RightsMatrix.KeyPrefix))
        {
            yield return (client, "");
        }
    }

    // Roles are cached per session, so the manager has these projects before the first request.
    public Task<Target> DoomedProjectAsync() =>
        Task.FromResult(
            Target with
            {
                Project = _doomed.TryDequeue(out var project)
                    ? project
                    : throw new InvalidOperationException("More rows delete projects than expected."),
            }
        );

    /// <summary>Published, with a draft beside it.</summary>
    public async Task<Target> FreshFormAsync()
    {
        var form = await Programme.PublishAsync();
        (await Programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        return Target with { Form = form };
    }

    /// <summary>Never published, with its picture.</summary>
    public async Task<Target> FreshDraftAsync()
    {
        var form = await Programme.CreateDraftAsync(Picture);
        (await Programme.PutFileAsync(form, Picture, Samples.Bytes(500), "image/png")).ShouldBe(HttpStatusCode.OK);
        return Target with { Form = form };
    }

    /// <summary>Never published, from a workbook.</summary>
    public async Task<Target> FreshWorkbookAsync(string type)
    {
        var form = Samples.Unique("trees");
        (await Programme.CreateFromWorkbookAsync(ProgrammeWorkbooks.Trees(form), type: type)).ShouldBe(HttpStatusCode.OK);
        return Target with { Form = form };
    }

    public async Task<Target> FreshTrashAsync() => Target with { TrashedForm = await TrashAsync(Programme) };

    public async Task<Target> FreshSubmissionAsync(bool deleted = false)
    {
        var target = Target with { Instance = Samples.NewInstanceId() };
        await SendAsync($"{Programme.Path}/submission", target.Instance);
        if (deleted)
        {
            (await Admin.DeleteAsync(target.Fill("projects/{projectId}/forms/{form}/submissions/{instance}"))).ShouldBe(HttpStatusCode.OK);
        }
        return target;
    }

    public async Task<Target> FreshDraftSubmissionAsync()
    {
        var target = Target with { Instance = Samples.NewInstanceId() };
        await SendAsync($"{Programme.FormPath(Target.Form)}/draft/submission", target.Instance);
        return target;
    }

    public async Task<Target> FreshEntityAsync(bool deleted = false)
    {
        var target = Target with { Entity = await EntityAsync(Programme, Target.Dataset) };
        if (deleted)
        {
            (await Admin.DeleteAsync(target.Fill("projects/{projectId}/datasets/{dataset}/entities/{uuid}"))).ShouldBe(HttpStatusCode.OK);
        }
        return target;
    }

    /// <summary>With a property `age`.</summary>
    public async Task<Target> FreshDatasetAsync() => Target with { Dataset = await Programme.CreateDatasetAsync("age") };

    public async Task<Target> FreshAppUserAsync()
    {
        var user = await CreateAsync(Programme, "/app-users");
        return Target with { AppUser = user.Id, Key = user.Key };
    }

    public async Task<Target> FreshPublicLinkAsync() =>
        Target with
        {
            PublicLink = (await CreateAsync(Programme, $"/forms/{Target.Form}/public-links")).Id,
        };

    /// <summary><paramref name="assignedAt"/>: the assignments' address at which the user has a role already.</summary>
    public async Task<Target> FreshUserAsync(string? assignedAt = null)
    {
        var target = Target with
        {
            User = await IdAsync(
                Admin.PostJsonAsync("/users", new { email = $"{Samples.Unique("user")}@example.org", password = Password })
            ),
        };
        if (assignedAt is not null)
        {
            (await Admin.PostAsync(target.Fill(assignedAt))).ShouldBe(HttpStatusCode.OK);
        }
        return target;
    }

    public async Task<Target> FreshApiKeyAsync() =>
        Target with
        {
            ApiKey = (await ApiKeyAsync(await Api.SignInAsync(Programme.Server, Email, Password))).Id,
        };

    /// <summary>Another thing of that kind in the domain.</summary>
    public async Task<Target> FreshInDomainAsync(string resource) =>
        Target with
        {
            DomainIds = new Dictionary<string, string>(Target.DomainIds)
            {
                [resource] = await Domain.CreateAsync(resource, DomainBody(resource, Target.DomainIds)),
            },
        };

    private static async Task<IReadOnlyDictionary<string, string>> DomainIdsAsync(Domain domain)
    {
        var ids = new Dictionary<string, string>();
        foreach (var resource in new[] { "user", "group", "lookup_table", "lookup_table_item", "location_type", "location", "product" })
        {
            ids[resource] = await domain.CreateAsync(resource, DomainBody(resource, ids));
        }
        ids["fixture"] = ids["lookup_table_item"];
        var created = await domain.Admin.PostJsonAsync(
            domain.At("/api/case/v2"),
            new
            {
                case_type = "patient",
                case_name = "Amina",
                owner_id = "u1",
                external_id = Target.ExternalId,
            }
        );
        ids["case"] = created.ShouldBe(HttpStatusCode.Created).Json.GetProperty("case").GetProperty("case_id").GetString()!;
        return ids;
    }

    private async Task CallAsync(string form)
    {
        var manager = await Programme.WebUserAsync("manager");
        var managerId = (await Admin.GetAsync($"/users?q={Uri.EscapeDataString(manager.Email)}")).Json[0].GetProperty("id").GetInt32();
        Target = Target with { WebUser = $"web-user-{managerId}" };
        for (var number = 0; number < 4; number++)
        {
            var project = await IdAsync(Admin.PostJsonAsync("/projects", new { name = Samples.Unique("doomed") }));
            (await Admin.PostAsync($"/projects/{project}/assignments/manager/{managerId}")).ShouldBe(HttpStatusCode.OK);
            _doomed.Enqueue(project);
        }
        var key = (await ApiKeyAsync(Admin, Domain.Name, "viewer")).Key;
        _viewersKey = Api.Anonymous(Programme.Server).With("Authorization", $"ApiKey {Server.AdminEmail}:{key}");
        var elsewhere = await Programme.StartAsync(Programme.Server);
        Api[] clients =
        [
            Api.Anonymous(Programme.Server),
            await Programme.AppUserAsync(form),
            await Programme.PublicLinkAsync(form),
            (await Programme.WebUserAsync("formfill")).Api,
            (await Programme.WebUserAsync("viewer")).Api,
            manager.Api,
            Admin,
            Api.WithDraftToken(Programme.Server, await Programme.DraftTokenAsync(form)),
            (await elsewhere.WebUserAsync("manager")).Api,
            (await Domain.WorkerAsync()).Phone,
        ];
        foreach (var (actor, client) in RightsMatrix.Actors.Append(RightsMatrix.DomainActors[^1]).Zip(clients))
        {
            _clients.Add(actor, client.OpenRosa);
        }
    }

    private async Task SendAsync(string path, string instance)
    {
        using var body = Samples.Multipart(
            Samples.Submission(Target.Form, instance, photo: Photo),
            (Photo, Samples.Bytes(100), "image/jpeg")
        );
        (await Admin.OpenRosa.PostAsync(path, body)).ShouldBe(HttpStatusCode.Created);
    }

    private async Task<string> TicketAsync()
    {
        var pulled = await Admin.OpenRosa.GetAsync(
            $"{Programme.Path}/view/downloadSubmission?formId={Target.Form}/data%5B@key={Uri.EscapeDataString(Target.Instance)}%5D"
        );
        return pulled.ShouldBe(HttpStatusCode.OK).Text.Split("/view/media/")[1].Split('<')[0];
    }

    private async Task PreferAsync(Api user)
    {
        foreach (var place in new[] { "site", $"project/{Target.Project}" })
        {
            var path = $"/user-preferences/{place}/{DoomedPreference}";
            (await user.PutJsonAsync(path, new { propertyValue = true })).ShouldBe(HttpStatusCode.OK);
        }
    }

    private static async Task<string> LinkAsync(Programme programme, string form) =>
        (await programme.Admin.GetAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("enketoId").GetString()!;
}

using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>A storage of its own with a project that has some of everything, made over HTTP as people, scripts and phones make
/// it.</summary>
public sealed class PopulatedServer : IAsyncLifetime
{
    private const string Photo = "photo.jpg";

    private OwnStorage _storage = null!;

    internal CaseDesk Desk { get; private set; } = null!;

    public StorageDamage Stored { get; private set; } = null!;

    public OwnStorage Storage => _storage;

    public Programme Programme => Desk.Domain.Programme;

    /// <summary>The names of submissions, forms and cases by what they are in these tests.</summary>
    public Dictionary<string, string> Ids { get; } = [];

    public async Task InitializeAsync()
    {
        _storage = await OwnStorage.TakeAsync();
        Stored = new StorageDamage(_storage.ConnectionString);
        Desk = await CaseDesk.OpenAsync(_storage.Server);
        await FormsAsync();
        await SubmissionsAsync();
        await DatasetsAsync();
        await DomainAsync();
        await CasesAsync();
        var webhook = new { url = "https://hooks.invalid/", events = new[] { "entity.deleted" } };
        (await Programme.Admin.PostJsonAsync($"{Programme.Path}/webhooks", webhook)).ShouldBe(HttpStatusCode.OK);
        (await Programme.WebUserAsync("manager")).Api.ToString();
        (await Desk.Worker.Phone.GetAsync(Desk.Domain.At("/phone/restore/?version=2.0"))).ShouldBe(HttpStatusCode.OK);
    }

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    private async Task FormsAsync()
    {
        Ids["form"] = await Programme.PublishWithFilesAsync(("oak.png", Samples.Bytes(300), "image/png"));
        await Programme.PublishVersionAsync(Ids["form"], "2", "oak.png", "elm.png");
        foreach (var version in new[] { "3", "4" })
        {
            (await Programme.ReplaceDraftAsync(Ids["form"], Samples.Form(Ids["form"], version, pictures: ["oak.png", "fir.png"]))).ShouldBe(
                HttpStatusCode.OK
            );
            (await Programme.PutFileAsync(Ids["form"], "fir.png", Samples.Bytes(100, 3), "image/png")).ShouldBe(HttpStatusCode.OK);
            (
                await Programme.Admin.OpenRosa.PostAsync(
                    $"{Programme.FormPath(Ids["form"])}/draft/submission",
                    Samples.Multipart(Submission("uuid:draft", "try"), (Photo, Samples.Bytes(90), "image/jpeg"))
                )
            ).ShouldBe(HttpStatusCode.Created);
        }
        Ids["other form"] = await Programme.PublishAsync();
        Ids["workbook form"] = await Programme.PublishWorkbookAsync();
        (await Programme.ReplaceDraftAsync(Ids["workbook form"])).ShouldBe(HttpStatusCode.OK);
        (await Programme.PublishDraftAsync(Ids["workbook form"], "2")).ShouldBe(HttpStatusCode.OK);
        var trashed = await Programme.PublishAsync();
        (await Programme.Admin.DeleteAsync(Programme.FormPath(trashed))).ShouldBe(HttpStatusCode.OK);
        await Programme.PublicLinkAsync(Ids["form"]);
    }

    private async Task SubmissionsAsync()
    {
        var phone = await Programme.AppUserAsync(Ids["form"], Ids["other form"]);
        await SendAsync(phone, Submission("uuid:plain"));
        await SendAsync(phone, Submission("uuid:photo", photo: Photo), (Photo, Samples.Bytes(700), "image/jpeg"));
        await SendAsync(phone, Submission("uuid:large", species: Convert.ToHexString(Samples.Bytes(60_000))));
        await SendAsync(phone, Submission("uuid:edited", photo: Photo), (Photo, Samples.Bytes(800), "image/jpeg"));
        await SendAsync(phone, Submission("uuid:edited-2", "elm", Photo, "uuid:edited"));
        await SendAsync(phone, Submission("uuid:edited-3", "fir", Photo, "uuid:edited-2"), (Photo, Samples.Bytes(900), "image/jpeg"));
        await SendAsync(phone, Submission("uuid:deleted"));
        await SendAsync(phone, Submission("uuid:back"));
        await SendAsync(phone, Samples.Submission(Ids["other form"], "uuid:alone"));
        var submissions = $"{Programme.FormPath(Ids["form"])}/submissions";
        (await Programme.Admin.DeleteAsync($"{submissions}/uuid:deleted")).ShouldBe(HttpStatusCode.OK);
        (await Programme.Admin.DeleteAsync($"{submissions}/uuid:back")).ShouldBe(HttpStatusCode.OK);
        (await Programme.Admin.PostAsync($"{submissions}/uuid:back/restore")).ShouldBe(HttpStatusCode.OK);
        (await Programme.Admin.PatchJsonAsync($"{submissions}/uuid:photo", new { reviewState = "approved" })).ShouldBe(HttpStatusCode.OK);
        (await Programme.Admin.PostJsonAsync($"{submissions}/uuid:photo/comments", new { body = "good" })).ShouldBe(HttpStatusCode.OK);
    }

    private async Task DatasetsAsync()
    {
        var (form, dataset) = (Samples.Unique("census"), Samples.Unique("people"));
        (Ids["census"], Ids["dataset"]) = (form, dataset);
        await Programme.PublishAsync(EntityForms.Filling(form, dataset, "create=\"1\" update=\"1\"", files: [$"{dataset}.csv"]), form);
        var phone = await Programme.AppUserAsync(form);
        var (ann, bob) = (Census.NewId(), Census.NewId());
        (Ids["ann"], Ids["bob"]) = (ann, bob);
        await SendAsync(phone, Person("uuid:ann", ann, "create=\"1\""));
        await SendAsync(phone, Person("uuid:ann-2", ann, "update=\"1\" baseVersion=\"1\""));
        await SendAsync(phone, Person("uuid:bob", bob, "create=\"1\""));
        await SendAsync(
            phone,
            Person("uuid:bob-3", bob, $"update=\"1\" baseVersion=\"3\" trunkVersion=\"1\" branchId=\"{Census.NewId()}\"")
        );
        var gone = Census.NewId();
        await SendAsync(phone, Person("uuid:gone", gone, "create=\"1\""));
        (await Programme.Admin.DeleteAsync($"{Programme.DatasetPath(dataset)}/entities/{gone}")).ShouldBe(HttpStatusCode.OK);
        Ids["other dataset"] = await Programme.CreateDatasetAsync("first_name");
        (await Programme.Admin.PostJsonAsync($"{Programme.DatasetPath(Ids["other dataset"])}/entities", new { label = "Eve" })).ShouldBe(
            HttpStatusCode.OK
        );

        string Person(string instance, string id, string attributes) =>
            $"<data id=\"{form}\" version=\"1\"><q0>A</q0><q1>3</q1><meta>"
            + $"<instanceID>{instance}</instanceID>{Census.Entity(id, attributes, "A", dataset)}</meta></data>";
    }

    private async Task DomainAsync()
    {
        var domain = Desk.Domain;
        await domain.CreateAsync("location_type", new { code = "state", name = "State" });
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "town",
                name = "Town",
                parent = "state",
            }
        );
        var kano = await domain.CreateAsync("location", new { name = "Kano", location_type_code = "state" });
        var dala = await domain.CreateAsync(
            "location",
            new
            {
                name = "Dala",
                location_type_code = "town",
                parent_location_id = kano,
            }
        );
        var worker = await domain.WorkerAsync();
        (await domain.PutAsync($"user/{worker.Id}/", new { locations = new[] { dala }, primary_location = dala })).ShouldBe(
            HttpStatusCode.OK
        );
        var leaver = await domain.WorkerAsync();
        await domain.CreateAsync(
            "group",
            new
            {
                name = "North",
                case_sharing = true,
                users = new[] { Desk.Worker.Id, leaver.Id },
            }
        );
        (await domain.Admin.DeleteAsync(domain.Api($"user/{leaver.Id}/"))).ShouldBe(HttpStatusCode.NoContent);
        await domain.WorkerAsync(leaver.Username);
        (Ids["kano"], Ids["worker"]) = (kano, worker.Username);
        var table = await domain.CreateAsync("lookup_table", new { tag = "drug", fields = new[] { new { field_name = "code" } } });
        await domain.CreateAsync("lookup_table_item", new { data_type_id = table, fields = new Dictionary<string, object>() });
    }

    private async Task CasesAsync()
    {
        foreach (var name in new[] { "mother", "child", "sample", "moved", "lone", "closed", "big", "undone", "edited case" })
        {
            Ids[name] = CaseDesk.NewId(name.Split(' ')[0]);
        }
        await Desk.SubmitAsync(Desk.Create(Ids["mother"]), Desk.Create(Ids["moved"]), Desk.Create(Ids["closed"]));
        await Desk.SubmitAsync(Desk.Create(Ids["child"], more: CaseDesk.Index(Ids["mother"])));
        await Desk.SubmitAsync(Desk.Create(Ids["sample"], more: CaseDesk.Index(Ids["child"], "host", relationship: "extension")));
        await Desk.SubmitAsync(Desk.Create(Ids["lone"]));
        await Desk.SubmitAsync(CaseDesk.Update(Ids["moved"], "<n0:owner_id>somebody</n0:owner_id>"));
        await Desk.SubmitAsync(CaseDesk.Block(Ids["closed"], "<n0:close/>"));
        await Desk.SubmitAsync(
            Desk.Create(Ids["big"], more: $"<n0:update><n0:all>{Convert.ToBase64String(Samples.Bytes(1_000_000))}</n0:all></n0:update>")
        );
        Ids["undone form"] = await Desk.SubmitAsync(Desk.Create(Ids["undone"]));
        var edited = Guid.NewGuid().ToString();
        foreach (var weight in new[] { "1", "2" })
        {
            (
                await Desk.PostAsync(
                    Desk.Form(
                        edited,
                        Desk.Create(Ids["edited case"]),
                        CaseDesk.Update(Ids["edited case"], $"<n0:weight>{weight}</n0:weight>")
                    )
                )
            ).ShouldBeSuccess();
        }
        var deleted = await Desk.SubmitAsync(CaseDesk.Update(Ids["lone"], "<n0:a>1</n0:a>"));
        (await Desk.PostAsync(Desk.Form(Guid.NewGuid().ToString(), CaseDesk.Block("wrong", CaseDesk.Index("unheard-of"))))).ShouldBeMessage(
            201,
            "submit_error"
        );
        (await Programme.Admin.DeleteAsync($"{Programme.FormPath(Desk.Xmlns)}/submissions/{deleted}")).ShouldBe(HttpStatusCode.OK);
    }

    private string Submission(string id, string species = "oak", string? photo = null, string? deprecates = null) =>
        Samples.Submission(Ids["form"], id, "2", species, photo, deprecatedId: deprecates);

    private async Task SendAsync(Api phone, string xml, params (string Name, byte[] Content, string Type)[] files) =>
        (await phone.PostAsync($"{Programme.Path}/submission", Samples.Multipart(xml, files))).ShouldBe(HttpStatusCode.Created);

    /// <summary>The project's number as keys have it.</summary>
    public string Key => Programme.Id.ToString("D10", CultureInfo.InvariantCulture);
}

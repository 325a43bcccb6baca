using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;

namespace ServerlessRosa.Protocol.Tests.Cases;

/// <summary>
/// What the tests of CommCare's own client use, where there is any of it: restores, graphs of cases, and blocks that are broken. Each
/// is sent as a form, in three ways: inside a form as a file and as a whole body, and as it is.
/// </summary>
public sealed class CaseCorpusTests
{
    private static readonly XNamespace Case = RestoreDocument.CaseXml;
    private static readonly string[] Fixed = ["case_type", "case_name", "owner_id"];

    // Those whose blocks no server may take, and the words that say so. All others are good.
    private static readonly Dictionary<string, string> Broken = new()
    {
        ["case_parse-broken_self_index"] = "InvalidCaseIndex: Case ",
        ["case_parse-case_create_broken_length"] = "IllegalCaseId: A case block must have a case_id.",
        ["case_parse-case_create_broken_no_caseid"] = "IllegalCaseId: A case block must have a case_id.",
        ["case_parse-empty_relationship"] = "InvalidCaseIndex: ",
        ["case_purge-cyclic_case_relationship_test"] = "InvalidCaseIndex: ",
        ["case_purge-validate_case_graph_test_complex"] = "references non-existent case 'nonexistent_case_id'",
    };

    [
        Fact,
        Clause("CC-056"),
        Clause("CC-086"),
        Clause("CC-058"),
        Clause("CC-080"),
        Clause("CC-089"),
        Clause("CC-090"),
        Clause("CC-091"),
        Clause("CC-108")
    ]
    public async Task Each_file_is_returned_byte_for_byte_or_refused_with_the_reason()
    {
        var domain = await Domain.StartAsync();
        var complaints = new List<string>();
        foreach (var file in Corpus.Files("commcare"))
        {
            foreach (
                var (way, check) in new (string, Func<CaseDesk, string, Task>)[]
                {
                    ("as a file", (desk, path) => InAFormAsync(desk, path, asFile: true)),
                    ("as a body", (desk, path) => InAFormAsync(desk, path, asFile: false)),
                    ("as it is", AsItIsAsync),
                }
            )
            {
                try
                {
                    await check(await CaseDesk.OpenAsync(domain), file);
                }
                catch (Exception e) when (e is Xunit.Sdk.XunitException or InvalidOperationException)
                {
                    complaints.Add($"{Path.GetFileName(file)} {way}: {e.Message}");
                }
            }
        }
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    private static async Task InAFormAsync(CaseDesk desk, string path, bool asFile)
    {
        var document = await OfDeskAsync(desk, path);
        var instance = Guid.NewGuid().ToString();
        await CheckAsync(
            desk,
            path,
            desk.Form(instance, document[document.IndexOf("<OpenRosaResponse", StringComparison.Ordinal)..]),
            instance,
            asFile
        );
    }

    // Its root is a form's root like any other, if it has a namespace.
    private static async Task AsItIsAsync(CaseDesk desk, string path)
    {
        var document = await OfDeskAsync(desk, path);
        if (XDocument.Parse(document).Root!.Name.Namespace == XNamespace.None)
        {
            (await PostAsync(desk, document, asFile: false, version: null)).ShouldBeMessage(
                500,
                "submit_error",
                "There was an error processing the form: "
            );
            (await PostAsync(desk, document, asFile: false, version: "3.0")).ShouldBeMessage(
                422,
                "processing_failure",
                "There was an error processing the form: "
            );
            await ShouldHaveNoCaseAsync(desk, document);
            return;
        }
        await CheckAsync(desk, path, document, null, asFile: false);
    }

    private static async Task CheckAsync(CaseDesk desk, string path, string form, string? instance, bool asFile)
    {
        if (Broken.TryGetValue(Path.GetFileNameWithoutExtension(path), out var reason))
        {
            var refused = (await PostAsync(desk, form, asFile, version: null)).ShouldBeMessage(201, "submit_error", reason);
            var text = XDocument.Parse(refused.Text).Root!.Value;
            (await PostAsync(desk, form, asFile, version: "3.0")).ShouldBeMessage(422, "processing_failure", text);
            Assert.Equal(text, await desk.ProblemAsync(instance ?? refused.Header("X-CommCareHQ-FormID")!));
            await ShouldHaveNoCaseAsync(desk, form);
            return;
        }
        // A restore may contain indices to cases that it does not contain: until such a case exists, the form waits.
        var blocks = BlocksOf(form).ToList();
        var missing = blocks.SelectMany(block => Parts(block, "index")).Select(index => index.Value).Except(blocks.Select(IdOf)).ToList();
        if (missing.Count > 0)
        {
            (await PostAsync(desk, form, asFile, version: null)).ShouldBeMessage(
                201,
                "submit_error",
                $"references non-existent case '{missing[0]}'"
            );
            await ShouldHaveNoCaseAsync(desk, form);
            var elsewhere = desk.Form(Guid.NewGuid().ToString(), [.. missing.Select(id => desk.Create(id, owner: "elsewhere"))]);
            (await desk.PostAsync(elsewhere)).ShouldBeSuccess();
            blocks.AddRange(BlocksOf(elsewhere));
        }
        var kept = (await PostAsync(desk, form, asFile, version: null)).ShouldBeSuccess().Header("X-CommCareHQ-FormID")!;
        Assert.Equal(instance ?? kept, kept);
        var xmlns = XDocument.Parse(form).Root!.Name.NamespaceName;
        var stored = await desk.Domain.Admin.GetAsync(
            $"{desk.Domain.Programme.FormPath(xmlns)}/submissions/{Uri.EscapeDataString(kept)}.xml"
        );
        Assert.Equal(form, stored.ShouldBe(HttpStatusCode.OK).Text);

        foreach (var block in BlocksOf(form))
        {
            ShouldSay(await desk.CaseAsync(IdOf(block)), block);
        }
        var restore = RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone));
        Assert.Equal(
            LiveAmong(blocks, owner => owner == desk.Worker.Id || restore.Groups.Contains(owner)).Order(StringComparer.Ordinal),
            restore.Blocks.Select(block => block.Id).Order(StringComparer.Ordinal)
        );
        foreach (var block in restore.CaseElements.Where(block => !missing.Contains(IdOf(block))))
        {
            Assert.Equal(Said(blocks.Single(one => IdOf(one) == IdOf(block)), whole: false), Said(block, whole: true));
        }
    }

    private static Task<Answer> PostAsync(CaseDesk desk, string form, bool asFile, string? version)
    {
        var phone = desk.Worker.Phone.With("X-OpenRosa-Version", version);
        return asFile ? desk.PostAsync(form, phone) : phone.PostAsync(desk.Domain.At("/receiver/secure/"), ReceiverChecks.Raw(form));
    }

    // Case ids are unique on the whole server, and users and groups are the desk's own.
    private static async Task<string> OfDeskAsync(CaseDesk desk, string path)
    {
        var text = await File.ReadAllTextAsync(path);
        var document = XDocument.Parse(text);
        var names = BlocksOf(text)
            .SelectMany(block => Parts(block, "index").Select(index => index.Value).Append(IdOf(block)))
            .Where(id => id.Length > 0 && id != "nonexistent_case_id")
            .Distinct()
            .ToDictionary(id => id, id => CaseDesk.NewId(id));
        foreach (var user in document.Descendants().Where(element => element.Name.LocalName == "uuid"))
        {
            names[user.Value] = desk.Worker.Id;
        }
        foreach (var group in document.Descendants().Where(element => element.Name.LocalName == "group"))
        {
            names[group.Attribute("id")!.Value] = await desk.Domain.CreateAsync(
                "group",
                new
                {
                    name = "North",
                    case_sharing = true,
                    users = new[] { desk.Worker.Id },
                }
            );
        }
        return names.Aggregate(
            text,
            (done, name) =>
                done.Replace($"\"{name.Key}\"", $"\"{name.Value}\"", StringComparison.Ordinal)
                    .Replace($">{name.Key}<", $">{name.Value}<", StringComparison.Ordinal)
        );
    }

    private static async Task ShouldHaveNoCaseAsync(CaseDesk desk, string form)
    {
        foreach (var id in BlocksOf(form).Select(IdOf).Where(id => id.Length > 0))
        {
            (await desk.FindCaseAsync(id)).ShouldBe(HttpStatusCode.NotFound);
        }
        Assert.Empty(RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone)).CaseElements);
    }

    private static IEnumerable<XElement> BlocksOf(string document) => XDocument.Parse(document).Descendants(Case + "case");

    private static string IdOf(XElement block) => block.Attribute("case_id")!.Value;

    // By the rules as the text has them.
    private static HashSet<string> LiveAmong(IEnumerable<XElement> blocks, Func<string, bool> owns) =>
        new NaiveRules(
            blocks.Select(block => new NaiveCase(
                IdOf(block),
                owns(Text(block, "create", "owner_id")),
                block.Element(Case + "close") is null,
                [.. Parts(block, "index").Select(index => (index.Value, (string?)index.Attribute("relationship") == "extension"))]
            ))
        ).Live();

    private static void ShouldSay(JsonElement one, XElement block)
    {
        Assert.Equal(
            (Text(block, "create", "case_type"), Text(block, "create", "case_name"), Text(block, "create", "owner_id")),
            (one.Text("case_type"), one.Text("case_name"), one.Text("owner_id"))
        );
        Assert.Equal(block.Attribute("date_modified")!.Value, one.Text("last_modified"));
        Assert.Equal(
            Parts(block, "update")
                .Where(part => part.Name.LocalName != "date_opened")
                .Select(part => (part.Name.LocalName, part.Value))
                .Order(),
            one.GetProperty("properties").EnumerateObject().Select(property => (property.Name, property.Value.GetString()!)).Order()
        );
        Assert.Equal(
            Parts(block, "index")
                .Select(index =>
                    (
                        index.Name.LocalName,
                        index.Value,
                        (string?)index.Attribute("relationship") ?? "child",
                        index.Attribute("case_type")!.Value
                    )
                )
                .Order(),
            one.GetProperty("indices")
                .EnumerateObject()
                .Select(index => (index.Name, index.Value.Text("case_id"), index.Value.Text("relationship"), index.Value.Text("case_type")))
                .Order()
        );
    }

    // A restore says two things that a form may leave to the server: when the case was opened, and the external id that follows from an
    // HQ user's.
    private static string Said(XElement block, bool whole)
    {
        var values = Parts(block, "update")
            .Where(part => !Fixed.Contains(part.Name.LocalName))
            .ToDictionary(part => part.Name.LocalName, part => part.Value);
        if (!whole)
        {
            values.TryAdd("date_opened", block.Attribute("date_modified")!.Value[..10]);
            if (values.TryGetValue("hq_user_id", out var external))
            {
                values.Add("external_id", external);
            }
        }
        return string.Join(
            '\n',
            [
                .. block
                    .Attributes()
                    .Where(attribute => !attribute.IsNamespaceDeclaration)
                    .Select(attribute => $"{attribute.Name.LocalName}: {attribute.Value}")
                    .Order(StringComparer.Ordinal),
                .. Fixed.Select(name => $"{name}: {Text(block, "create", name)}"),
                .. values.Select(value => $"{value.Key}={value.Value}").Order(StringComparer.Ordinal),
                .. Parts(block, "index")
                    .Select(index =>
                        $"{index.Name.LocalName} {(string?)index.Attribute("relationship") ?? "child"} "
                        + $"{index.Attribute("case_type")!.Value} {index.Value}"
                    )
                    .Order(StringComparer.Ordinal),
                block.Element(Case + "close") is null ? "open" : "closed",
            ]
        );
    }

    private static IEnumerable<XElement> Parts(XElement block, string part) => block.Element(Case + part)?.Elements() ?? [];

    private static string Text(XElement block, string part, string name) =>
        block.Element(Case + part)?.Element(Case + name)?.Value.Trim() ?? "";
}

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Requests of a form designer.</summary>
public static class ProgrammeForms
{
    /// <summary>Uploads a new form as it is; <paramref name="query"/> such as `?publish=true`.</summary>
    public static Task<Answer> CreateFormAsync(this Programme programme, byte[] xml, string query = "") =>
        programme.Admin.PostAsync($"{programme.Path}/forms{query}", Xml(xml));

    public static Task<Answer> CreateFormAsync(this Programme programme, string xml, string query = "") =>
        programme.CreateFormAsync(Encoding.UTF8.GetBytes(xml), query);

    /// <summary>A form that is only a draft, and returns its id.</summary>
    public static async Task<string> DraftAsync(this Programme programme, string? xml = null, string? id = null)
    {
        id ??= Samples.Unique("trees");
        (await programme.CreateFormAsync(xml ?? Samples.Form(id))).ShouldBe(HttpStatusCode.OK);
        return id;
    }

    /// <summary>Replaces or creates the draft; without XML, as a copy of the published version.</summary>
    public static Task<Answer> ReplaceDraftAsync(this Programme programme, string formId, string? xml = null, string query = "") =>
        programme.Admin.PostAsync($"{programme.FormPath(formId)}/draft{query}", xml is null ? null : Xml(Encoding.UTF8.GetBytes(xml)));

    public static Task<Answer> PublishDraftAsync(this Programme programme, string formId, string? version = null) =>
        programme.Admin.PostAsync(
            $"{programme.FormPath(formId)}/draft/publish{(version is null ? "" : $"?version={Uri.EscapeDataString(version)}")}"
        );

    /// <summary>A draft, then published: the next version.</summary>
    public static async Task PublishVersionAsync(this Programme programme, string formId, string version, params string[] pictures)
    {
        (await programme.ReplaceDraftAsync(formId, Samples.Form(formId, version, pictures: pictures))).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(formId)).ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Puts a file into a slot of the draft.</summary>
    public static Task<Answer> PutFileAsync(this Programme programme, string formId, string name, byte[] content, string? type = null)
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return programme.Admin.PostAsync($"{programme.FormPath(formId)}/draft/attachments/{Uri.EscapeDataString(name)}", body);
    }

    /// <summary>A published form with these pictures beside it, and returns its id.</summary>
    public static async Task<string> PublishWithFilesAsync(
        this Programme programme,
        params (string Name, byte[] Content, string? Type)[] files
    )
    {
        var form = Samples.Unique("trees");
        await programme.DraftAsync(Samples.Form(form, pictures: [.. files.Select(file => file.Name)]), form);
        foreach (var (name, content, type) in files)
        {
            (await programme.PutFileAsync(form, name, content, type)).ShouldBe(HttpStatusCode.OK);
        }
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        return form;
    }

    public static async Task SetStateAsync(this Programme programme, string formId, string state) =>
        (await programme.Admin.PatchJsonAsync(programme.FormPath(formId), new { state })).ShouldBe(HttpStatusCode.OK);

    public static Task<Answer> FormListAsync(this Programme programme, string query = "") =>
        programme.Admin.OpenRosa.GetAsync($"{programme.Path}/formList{query}");

    /// <summary>The slots of a form, of a version or of a draft: name and type.</summary>
    public static async Task<IReadOnlyList<(string Name, string Type)>> SlotsAsync(
        this Programme programme,
        string formId,
        string below = ""
    ) =>
        [
            .. (await programme.Admin.GetAsync($"{programme.FormPath(formId)}{below}/attachments"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray()
                .Select(slot => (slot.GetProperty("name").GetString()!, slot.GetProperty("type").GetString()!)),
        ];

    public static string Md5(byte[] bytes)
    {
#pragma warning disable CA5351 // The protocol's own hash.
        return Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    private static ByteArrayContent Xml(byte[] xml)
    {
        var content = new ByteArrayContent(xml);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
        return content;
    }
}

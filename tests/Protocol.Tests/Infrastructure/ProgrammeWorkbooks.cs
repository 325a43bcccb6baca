using System.Net;
using ServerlessRosa.XlsForms.Tests;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Requests of a form designer who uploads workbooks.</summary>
internal static class ProgrammeWorkbooks
{
    public const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    public const string Xls = "application/vnd.ms-excel";

    /// <summary>A question about a tree, with settings when it has an id.</summary>
    public static byte[] Trees(string? id = null, string version = "1", params string[] more)
    {
        var workbook = new WorkbookBuilder().Table("survey", ["type|name|label", "text|species|Species", .. more]);
        if (id is not null)
        {
            workbook.Table("settings", "form_id|form_title|version", $"{id}|Trees & shrubs|{version}");
        }
        return workbook.Build().ToArray();
    }

    /// <summary>Creates a form from a workbook; without <paramref name="fallback"/> the header is absent.</summary>
    public static Task<Answer> CreateFromWorkbookAsync(
        this Programme programme,
        byte[] workbook,
        string query = "",
        string type = Xlsx,
        string? fallback = "trees"
    ) => Sender(programme, fallback).PostAsync($"{programme.Path}/forms{query}", Content(workbook, type));

    /// <summary>Replaces the draft, or starts one.</summary>
    public static Task<Answer> ReplaceDraftFromWorkbookAsync(
        this Programme programme,
        string formId,
        byte[] workbook,
        string query = "",
        string type = Xlsx
    ) => Sender(programme, formId).PostAsync($"{programme.FormPath(formId)}/draft{query}", Content(workbook, type));

    /// <summary>Published from a workbook, and returns its id.</summary>
    public static async Task<string> PublishWorkbookAsync(this Programme programme, byte[]? workbook = null, string? id = null)
    {
        id ??= Samples.Unique("trees");
        (await programme.CreateFromWorkbookAsync(workbook ?? Trees(id), "?publish=true", fallback: id)).ShouldBe(HttpStatusCode.OK);
        return id;
    }

    public static ByteArrayContent Content(byte[] workbook, string type)
    {
        var content = new ByteArrayContent(workbook);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static Api Sender(Programme programme, string? fallback) =>
        fallback is null ? programme.Admin : programme.Admin.With("X-XlsForm-FormId-Fallback", Uri.EscapeDataString(fallback));
}

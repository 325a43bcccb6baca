using System.Text.Json;

namespace ServerlessRosa.Core.Exports;

/// <summary>Writes rows as OData has them (OR-276 to OR-279): every property that the form has, null where there is no answer.</summary>
internal sealed class ODataRows(Utf8JsonWriter json, ODataOptions options, ODataSelection? selection)
{
    /// <param name="exported">The submission that the row is or is in.</param>
    /// <param name="status">Of an encrypted one: then nothing else is shown of it.</param>
    /// <param name="rowsByParent">The rows of repeats by their parent, to be included; null for links to them.</param>
    public void Write(ExportedSubmission exported, ExportRow row, EncryptionStatus? status, ILookup<ExportRow?, ExportRow>? rowsByParent)
    {
        var instanceId = exported.Submission.RootId.Value;
        json.WriteStartObject();
        if (selection is null || selection.ShowsId)
        {
            json.WriteString("__id", row.ODataId(instanceId));
        }
        if (row.Parent is { } parent)
        {
            var name = ODataSelection.ParentIdOf(row.Table)!;
            if (selection?.ShowsParentId(name) != false)
            {
                json.WriteString(name, parent.ODataId(instanceId));
            }
        }
        else if (selection is null || selection.ShowsSystem)
        {
            WriteSystem(exported, status);
        }
        if (!row.IsEncrypted)
        {
            WriteChildren(row.Table.Node, exported, row, "", rowsByParent);
        }
        json.WriteEndObject();
    }

    private void WriteChildren(
        ExportNode group,
        ExportedSubmission exported,
        ExportRow row,
        string path,
        ILookup<ExportRow?, ExportRow>? rowsByParent
    )
    {
        foreach (var child in group.Children)
        {
            if (selection?.Shows(child) == false)
            {
                continue;
            }
            if (child.IsQuestion)
            {
                json.WritePropertyName(child.ODataName);
                WriteAnswer(child.Field!.Type, row[child.Column]);
            }
            else if (child.IsRepeat)
            {
                json.WriteString(
                    $"{child.ODataName}@odata.navigationLink",
                    $"{Link(exported.Submission.RootId.Value, row)}{path}/{child.ODataName}"
                );
                WriteRepeat(child, exported, row, rowsByParent);
            }
            else
            {
                json.WriteStartObject(child.ODataName);
                WriteChildren(child, exported, row, $"{path}/{child.ODataName}", rowsByParent);
                json.WriteEndObject();
            }
        }
    }

    private void WriteRepeat(ExportNode repeat, ExportedSubmission exported, ExportRow row, ILookup<ExportRow?, ExportRow>? rowsByParent)
    {
        if (rowsByParent is null)
        {
            return;
        }
        json.WriteStartArray(repeat.ODataName);
        foreach (var child in rowsByParent[row].Where(child => child.Table == repeat.Table))
        {
            Write(exported, child, null, rowsByParent);
        }
        json.WriteEndArray();
    }

    private void WriteSystem(ExportedSubmission exported, EncryptionStatus? status)
    {
        var submission = exported.Submission;
        json.WriteStartObject("__system");
        Text("submissionDate", Timestamps.Format(submission.CreatedAt));
        Text("updatedAt", submission.UpdatedAt is { } updated ? Timestamps.Format(updated) : null);
        Text("submitterId", submission.Sender.Submitter?.ToString());
        Text("submitterName", exported.SubmitterName);
        Number("attachmentsPresent", submission.MediaPresent);
        Number("attachmentsExpected", submission.MediaExpected);
        Text(
            "status",
            status switch
            {
                null => null,
                EncryptionStatus.NotDecrypted => "notDecrypted",
                _ => "missingEncryptedFormData",
            }
        );
        Text("reviewState", submission.ReviewState);
        Text("deviceId", submission.Sender.DeviceId);
        Number("edits", submission.Edits);
        Text("formVersion", submission.FormVersion);
        Text("deletedAt", submission.DeletedAt is { } deleted ? Timestamps.Format(deleted) : null);
        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (selection?.ShowsOfSystem(name) != false)
            {
                json.WriteString(name, value);
            }
        }

        void Number(string name, int value)
        {
            if (selection?.ShowsOfSystem(name) != false)
            {
                json.WriteNumber(name, value);
            }
        }
    }

    private void WriteAnswer(string type, string? answer)
    {
        switch (type)
        {
            case var _ when answer is null:
                json.WriteNullValue();
                break;
            case "geopoint":
                GeoValue.WritePoint(json, answer, options.Wkt);
                break;
            case "geotrace":
                GeoValue.WriteLine(json, answer, options.Wkt);
                break;
            case "geoshape":
                GeoValue.WriteArea(json, answer, options.Wkt);
                break;
            default:
                TypedValue.Write(json, type, answer);
                break;
        }
    }

    internal static string Link(string instanceId, ExportRow row)
    {
        if (row.Parent is not { } parent)
        {
            var quoted = Uri.EscapeDataString(instanceId.Replace("'", "''", StringComparison.Ordinal));
            return $"Submissions('{quoted.Replace("%27", "'", StringComparison.Ordinal)}')";
        }
        var path = row.Table.ODataPath.Skip(parent.Table.ODataPath.Count);
        return $"{Link(instanceId, parent)}/{string.Join('/', path)}('{row.ODataId(instanceId)}')";
    }
}

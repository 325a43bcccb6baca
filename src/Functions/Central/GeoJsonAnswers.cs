using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Functions.Central;

/// <summary>The location of one submission, or of one of its versions, as GeoJSON.</summary>
public sealed class GeoJsonAnswers(FormDirectory forms, ExportSource source, SubmissionDirectory submissions)
{
    public const string Ending = ".geojson";
    public const string ContentType = "application/json; charset=utf-8";

    public async Task<IResult> AnswerAsync(HttpRequest request, SubmissionSpace space, Submission submission, SubmissionVersion version)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var form = (await forms.ListAsync(space.Project, cancellationToken)).First(form => form.Number == space.Form);
        var definition = space.Draft is null ? form.Shown : form.Draft!.Definition;
        var asked = new GeoJsonRequest(space, await source.ReadSchemaAsync(new ReadableForm(form, definition), false, cancellationToken))
        {
            FieldPaths = [.. request.Query["fieldpath"].OfType<string>()],
        };
        var xml = await submissions.ReadXmlAsync(space, version, cancellationToken);
        return Results.Stream(output => GeoJsonExport.WriteOneAsync(asked, submission, xml, output, cancellationToken), ContentType);
    }
}

namespace ServerlessRosa.Core.Forms;

/// <summary>The types of the fields of all published versions of a form: exports have one type per column (OR-161).</summary>
public sealed class PublishedTypes(FormDirectory directory)
{
    /// <summary>Refuses a field whose type differs from that in an earlier version than the current one with 400.17. One operation, and one
    /// for each such version whose XML is not cached.</summary>
    internal async Task RequireAsync(Form form, XForm next, CancellationToken cancellationToken)
    {
        foreach (var version in await directory.ListVersionsAsync(form, cancellationToken))
        {
            if (version.Key != form.Published!.Key)
            {
                XFormChecks.RequireTypes(next, XFormReader.Read(await directory.ReadXmlAsync(form.Project, version, cancellationToken)));
            }
        }
    }
}

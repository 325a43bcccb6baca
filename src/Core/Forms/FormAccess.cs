using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Forms;

/// <summary>A definition that the caller may read, and its form.</summary>
public sealed record ReadableForm(Form Form, FormDefinition Definition);

/// <summary>
/// Finds the definition for a URL and checks the caller's rights. A missing form is refused (404.1) before missing rights (403.1).
/// </summary>
public sealed class FormAccess(FormDirectory forms)
{
    /// <summary>The current version; for callers who may edit the form, the draft of a form that was never published (OR-112).</summary>
    public async Task<ReadableForm> PublishedAsync(Actor actor, ProjectId project, string formId, CancellationToken cancellationToken)
    {
        var form = await FindAsync(project, formId, cancellationToken);
        RequireRead(actor, form);
        return new ReadableForm(form, form.Shown);
    }

    /// <summary>A published version by name; `___` stands for the blank version (OR-113, OR-114).</summary>
    public async Task<ReadableForm> VersionAsync(
        Actor actor,
        ProjectId project,
        string formId,
        string version,
        CancellationToken cancellationToken
    )
    {
        var form = await FindAsync(project, formId, cancellationToken);
        RequireRead(actor, form);
        var definition =
            await forms.FindVersionAsync(form, version == XFormVersion.Blank ? "" : version, cancellationToken)
            ?? throw Problem.NotFound().AsException();
        return new ReadableForm(form, definition);
    }

    /// <summary>The draft, for callers who may edit the form (OR-116).</summary>
    public async Task<ReadableForm> DraftAsync(Actor actor, ProjectId project, string formId, CancellationToken cancellationToken)
    {
        var form = await FindAsync(project, formId, cancellationToken);
        actor.Require(Verb.FormUpdate, form.Scope);
        return new ReadableForm(form, (form.Draft ?? throw Problem.NotFound().AsException()).Definition);
    }

    /// <summary>
    /// The draft, for anyone with its token. A wrong token is refused like a missing draft, with <paramref name="refusal"/> (OR-242 to
    /// OR-256).
    /// </summary>
    public async Task<ReadableForm> TestDraftAsync(
        string token,
        ProjectId project,
        string formId,
        Problem refusal,
        CancellationToken cancellationToken
    )
    {
        var form = FormId.TryParse(formId, out var id) ? await forms.FindAsync(project, id, cancellationToken) : null;
        return form?.Draft is { } draft && AccessToken.TryParse(token) is { } presented && presented.Matches(draft.TokenHash)
            ? new ReadableForm(form, draft.Definition)
            : throw refusal.AsException();
    }

    /// <summary>A form with a draft, without checking rights.</summary>
    public async Task<Form> WithDraftAsync(ProjectId project, string formId, CancellationToken cancellationToken) =>
        await FindAsync(project, formId, cancellationToken) is { Draft: not null } form ? form : throw Problem.NotFound().AsException();

    /// <summary>A form for which the actor has <paramref name="verb"/>.</summary>
    public async Task<Form> WithAsync(Actor actor, string verb, ProjectId project, string formId, CancellationToken cancellationToken)
    {
        var form = await FindAsync(project, formId, cancellationToken);
        actor.Require(verb, form.Scope);
        return form;
    }

    /// <summary>The same from this instance's cache: for requests that follow a read of the form.</summary>
    public async Task<Form> RecentWithAsync(Actor actor, string verb, ProjectId project, string formId, CancellationToken cancellationToken)
    {
        var form = FormId.TryParse(formId, out var id) ? await forms.FindRecentAsync(project, id, cancellationToken) : null;
        var known = form ?? throw Problem.NotFound().AsException();
        actor.Require(verb, known.Scope);
        return known;
    }

    private static void RequireRead(Actor actor, Form form)
    {
        if (!actor.MayRead(form))
        {
            throw Problem.NotAllowed().AsException();
        }
    }

    /// <summary>One operation.</summary>
    public async Task<bool> ExistsAsync(ProjectId project, string formId, CancellationToken cancellationToken) =>
        FormId.TryParse(formId, out var id) && await forms.FindAsync(project, id, cancellationToken) is not null;

    /// <summary>A form, without checking rights. Refuses an unknown form with 404.1.</summary>
    public async Task<Form> FindAsync(ProjectId project, string formId, CancellationToken cancellationToken)
    {
        var form = FormId.TryParse(formId, out var id) ? await forms.FindAsync(project, id, cancellationToken) : null;
        return form ?? throw Problem.NotFound().AsException();
    }
}

using ServerlessRosa.Core.Accounts;

namespace ServerlessRosa.Core.Forms;

/// <summary>Which forms an actor may read and fill.</summary>
public static class FormRights
{
    /// <summary>
    /// Whether the actor may read a form's published XML, manifest, media and details. A form that is closed or was never published needs
    /// more rights.
    /// </summary>
    public static bool MayRead(this Actor? actor, Form form) =>
        form switch
        {
            { Published: null } => actor.May(Verb.FormUpdate, form.Scope),
            { State: FormState.Closed } => actor.May(Verb.FormRead, form.Scope),
            _ => actor.May(Verb.FormRead, form.Scope) || actor.May(Verb.OpenFormRead, form.Scope),
        };

    /// <summary>Whether the actor may read the form's draft.</summary>
    public static bool MayEdit(this Actor? actor, Form form) => actor.May(Verb.FormUpdate, form.Scope);

    /// <summary>Whether the form is in the actor's formList: open, published and readable (OR-083, OR-084).</summary>
    public static bool MayFill(this Actor? actor, Form form) =>
        form is { Published: not null, State: FormState.Open } && actor.MayRead(form);
}

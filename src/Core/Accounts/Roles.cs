using System.Collections.Frozen;
using System.Globalization;

namespace ServerlessRosa.Core.Accounts;

/// <summary>The verbs of rights, with ODK Central's names (OR-072 to OR-081).</summary>
public static class Verb
{
    public const string ProjectList = "project.list";
    public const string ProjectCreate = "project.create";
    public const string ProjectRead = "project.read";
    public const string ProjectUpdate = "project.update";
    public const string ProjectDelete = "project.delete";
    public const string FormList = "form.list";
    public const string FormCreate = "form.create";
    public const string FormRead = "form.read";
    public const string FormUpdate = "form.update";
    public const string FormDelete = "form.delete";
    public const string FormRestore = "form.restore";
    public const string OpenFormList = "open_form.list";
    public const string OpenFormRead = "open_form.read";
    public const string SubmissionCreate = "submission.create";
    public const string SubmissionRead = "submission.read";
    public const string SubmissionList = "submission.list";
    public const string SubmissionUpdate = "submission.update";
    public const string SubmissionDelete = "submission.delete";
    public const string SubmissionRestore = "submission.restore";
    public const string FieldKeyList = "field_key.list";
    public const string FieldKeyCreate = "field_key.create";
    public const string FieldKeyUpdate = "field_key.update";
    public const string FieldKeyDelete = "field_key.delete";
    public const string PublicLinkList = "public_link.list";
    public const string PublicLinkCreate = "public_link.create";
    public const string PublicLinkRead = "public_link.read";
    public const string PublicLinkUpdate = "public_link.update";
    public const string PublicLinkDelete = "public_link.delete";
    public const string AssignmentList = "assignment.list";
    public const string AssignmentCreate = "assignment.create";
    public const string AssignmentDelete = "assignment.delete";
    public const string SessionEnd = "session.end";
    public const string UserList = "user.list";
    public const string UserCreate = "user.create";
    public const string UserRead = "user.read";
    public const string UserUpdate = "user.update";
    public const string UserDelete = "user.delete";
    public const string UserPasswordInvalidate = "user.password.invalidate";
    public const string ConfigRead = "config.read";
    public const string ConfigSet = "config.set";
    public const string AnalyticsRead = "analytics.read";
    public const string AuditRead = "audit.read";
    public const string DatasetList = "dataset.list";
    public const string DatasetCreate = "dataset.create";
    public const string DatasetRead = "dataset.read";
    public const string DatasetUpdate = "dataset.update";
    public const string DatasetDelete = "dataset.delete";
    public const string EntityList = "entity.list";
    public const string EntityCreate = "entity.create";
    public const string EntityRead = "entity.read";
    public const string EntityUpdate = "entity.update";
    public const string EntityDelete = "entity.delete";
    public const string EntityRestore = "entity.restore";
    public const string ActorPropertyList = "actor_property.list";
    public const string ActorPropertyUpdate = "actor_property.update";
}

/// <summary>A named set of verbs. The ids are ODK Central's, which clients hard-code (OR-072 to OR-081).</summary>
public sealed record Role(int Id, string System, string Name, IReadOnlyList<string> Verbs)
{
    // Checked once per form of every list, so it must be fast.
    private readonly FrozenSet<string> _verbs = Verbs.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] ProjectVerbs =
    [
        Verb.ProjectRead,
        Verb.ProjectUpdate,
        Verb.ProjectDelete,
        Verb.FormList,
        Verb.FormCreate,
        Verb.FormRead,
        Verb.FormUpdate,
        Verb.FormDelete,
        Verb.FormRestore,
        Verb.OpenFormList,
        Verb.OpenFormRead,
        Verb.SubmissionCreate,
        Verb.SubmissionRead,
        Verb.SubmissionList,
        Verb.SubmissionUpdate,
        Verb.SubmissionDelete,
        Verb.SubmissionRestore,
        Verb.FieldKeyList,
        Verb.FieldKeyCreate,
        Verb.FieldKeyUpdate,
        Verb.FieldKeyDelete,
        Verb.PublicLinkList,
        Verb.PublicLinkCreate,
        Verb.PublicLinkRead,
        Verb.PublicLinkUpdate,
        Verb.PublicLinkDelete,
        Verb.AssignmentList,
        Verb.AssignmentCreate,
        Verb.AssignmentDelete,
        Verb.SessionEnd,
        Verb.DatasetList,
        Verb.DatasetCreate,
        Verb.DatasetRead,
        Verb.DatasetUpdate,
        Verb.DatasetDelete,
        Verb.EntityList,
        Verb.EntityCreate,
        Verb.EntityRead,
        Verb.EntityUpdate,
        Verb.EntityDelete,
        Verb.EntityRestore,
        Verb.ActorPropertyList,
        Verb.ActorPropertyUpdate,
    ];

    public static Role Administrator { get; } =
        new(
            1,
            "admin",
            "Administrator",
            [
                .. ProjectVerbs,
                Verb.ProjectList,
                Verb.ProjectCreate,
                Verb.UserList,
                Verb.UserCreate,
                Verb.UserRead,
                Verb.UserUpdate,
                Verb.UserDelete,
                Verb.UserPasswordInvalidate,
                Verb.ConfigRead,
                Verb.ConfigSet,
                Verb.AnalyticsRead,
                Verb.AuditRead,
            ]
        );

    public static Role AppUser { get; } = new(2, "app-user", "App User", [Verb.OpenFormRead, Verb.SubmissionCreate]);

    public static Role Manager { get; } = new(5, "manager", "Project Manager", ProjectVerbs);

    public static Role Viewer { get; } =
        new(
            6,
            "viewer",
            "Project Viewer",
            [
                Verb.ProjectRead,
                Verb.FormList,
                Verb.FormRead,
                Verb.SubmissionRead,
                Verb.SubmissionList,
                Verb.DatasetList,
                Verb.DatasetRead,
                Verb.EntityList,
                Verb.EntityRead,
            ]
        );

    public static Role DataCollector { get; } =
        new(8, "formfill", "Data Collector", [Verb.ProjectRead, Verb.OpenFormList, Verb.OpenFormRead, Verb.SubmissionCreate]);

    public static Role PublicLink { get; } = new(9, "pub-link", "Public Link", [Verb.OpenFormRead, Verb.SubmissionCreate]);

    public static IReadOnlyList<Role> All { get; } = [Administrator, AppUser, Manager, Viewer, DataCollector, PublicLink];

    public static Role? WithId(int id) => All.FirstOrDefault(role => role.Id == id);

    /// <summary>By number (`2`) or system name (`app-user`); URLs use both (OR-264).</summary>
    public static Role? Find(string idOrSystem) =>
        All.FirstOrDefault(role => role.System == idOrSystem || role.Id.ToString(CultureInfo.InvariantCulture) == idOrSystem);

    public bool Holds(string verb) => _verbs.Contains(verb);
}
